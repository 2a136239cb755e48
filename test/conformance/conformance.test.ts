/** The official conformance suite against two replicas behind a dumb load balancer: every tool is a workflow on Temporal. */
import { join } from 'node:path';
import { judge } from '../fixtures/judges';
import { startProfile } from './profile';
import type { Profile } from './profile';

let profile: Profile;
beforeAll(async () => {
  profile = await startProfile();
});
afterAll(() => profile.stop());

const SUITE = 'judges/node_modules/@modelcontextprotocol/conformance/dist/index.js';

/** Runs the suite, and picks out what it found wrong. */
async function suite(...args: string[]): Promise<{ readonly code: number; readonly wrong: readonly string[] }> {
  const { code, output } = await judge(SUITE, ['server', '--url', profile.url, ...args]);
  return { code, wrong: output.split('\n').filter((line) => /FAILURE|^✗/.test(line)) };
}

test('2026-07-28 is met', async () => {
  expect(await suite('--requirements', '2026-07-28')).toMatchObject({ code: 0 });
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
])('%s passes', async (scenario) => {
  expect(await suite('--scenario', scenario)).toEqual({ code: 0, wrong: [] });
});
