/** The official conformance suite against two replicas behind a dumb load balancer: every tool is a workflow on Temporal. */
import { join } from 'node:path';
import { judge } from '../fixtures/judges';
import { startProfile } from './profile';
import type { Profile } from './profile';

const SUITE = 'judges/node_modules/@modelcontextprotocol/conformance/dist/index.js';

/** What the suite runs with a revision and does not score: tests of what is still pending there. */
const PENDING = ['json-schema-2020-12', 'http-custom-header-server-validation'];

interface Verdict {
  readonly code: number;
  /** Of each scenario that ran, the line about it, such as `✓ tools-list: 4 passed, 0 failed`. */
  readonly lines: ReadonlyMap<string, string>;
  /** The scenarios that failed, in the order in which they ran. */
  readonly failed: readonly string[];
}

let profile: Profile;
let modern: Verdict;
beforeAll(async () => {
  profile = await startProfile();
  modern = await suite('--requirements', '2026-07-28');
}, 180_000);
afterAll(() => profile.stop());

async function suite(...args: string[]): Promise<Verdict> {
  const { code, output } = await judge(SUITE, ['server', '--url', profile.url, ...args]);
  const found = [...output.matchAll(/^[✓✗] ([\w-]+): \d+ passed, \d+ failed/gm)];
  const failed = found.flatMap(([line, name = '']) => (line.startsWith('✗') ? [name] : []));
  return { code, lines: new Map(found.map(([line, name = '']) => [name, line])), failed };
}

test('2026-07-28 is met', async () => {
  // A question of this scenario has 600 ms to come, which a busy machine may miss: it is judged once more, alone.
  const rushed = 'server-stateless';
  const excused = modern.failed.includes(rushed) && (await suite('--scenario', rushed)).code === 0 ? [rushed] : [];
  expect(modern.failed).toEqual([...excused, ...PENDING]);
});

test('2025-11-25 is met, but for what a stateless server cannot offer', async () => {
  const baseline = join(__dirname, 'stateless.yaml');
  expect(await suite('--requirements', '2025-11-25', '--expected-failures', baseline)).toMatchObject({ code: 0 });
});

test.each([
  'tasks-lifecycle',
  'tasks-capability-negotiation',
  'tasks-wire-fields',
  'tasks-request-state-removal',
  'tasks-mrtr-input',
  'tasks-request-headers',
  'tasks-dispatch-and-envelope',
  'tasks-required-task-error',
  'tasks-mrtr-composition',
  'http-header-validation',
])('%s passes', (scenario) => {
  expect(modern.lines.get(scenario)).toMatch(/^✓ .*: [1-9]\d* passed, 0 failed/);
});
