/** The official conformance suite against two replicas behind a dumb load balancer: every tool is a workflow on Temporal. */
import { join } from 'node:path';
import { judge } from '../fixtures/judges';
import type { Verdict } from '../fixtures/judges';
import { startProfile } from './profile';
import type { Profile } from './profile';

let profile: Profile;
beforeAll(async () => {
  profile = await startProfile();
});
afterAll(() => profile.stop());

const suite = (...args: string[]): Promise<Verdict> =>
  judge('judges/node_modules/@modelcontextprotocol/conformance/dist/index.js', [
    'server',
    '--url',
    profile.url,
    ...args,
  ]);

test('2026-07-28 is met', async () => {
  expect(await suite('--requirements', '2026-07-28')).toMatchObject({ code: 0 });
});

test('2025-11-25 is met, but for what a stateless server cannot offer', async () => {
  const baseline = join(__dirname, 'stateless.yaml');
  expect(await suite('--requirements', '2025-11-25', '--expected-failures', baseline)).toMatchObject({ code: 0 });
});

test.each([
  'lifecycle',
  'capability-negotiation',
  'wire-fields',
  'request-state-removal',
  'mrtr-input',
  'request-headers',
  'dispatch-and-envelope',
  'required-task-error',
  'mrtr-composition',
])('tasks-%s passes', async (scenario) => {
  const { code, output } = await suite('--scenario', `tasks-${scenario}`);
  expect({ code, output }).toMatchObject({
    code: 0,
    output: expect.stringMatching(/Passed: (\d+)\/\1, 0 failed/) as unknown,
  });
});

test('http-header-validation passes', async () => {
  expect(await suite('--scenario', 'http-header-validation')).toMatchObject({ code: 0 });
});
