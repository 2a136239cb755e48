import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workerConfig } from '../../worker/config';

const SECRET = 'a webhook secret for the tests, 32 characters or more';

function configured(...hosts: string[]): string {
  const path = join(mkdtempSync(join(tmpdir(), 'holdfast-config-')), 'holdfast.yaml');
  writeFileSync(path, `worker:\n  webhooks:\n    allowed_hosts: ${JSON.stringify(hosts)}\n`);
  return path;
}

test('no host may be called back by default, and no secret is needed', () => {
  expect(workerConfig({}).activities.webhooks).toEqual({ allowedHosts: [], secrets: [] });
});

test.each([
  ['none', {}],
  ['a short one', { HOLDFAST_WEBHOOK_SECRET: 'short' }],
  ['a short one before', { HOLDFAST_WEBHOOK_SECRET: SECRET, HOLDFAST_WEBHOOK_SECRET_OLD: 'short' }],
])('hosts without a secret (%s) stop the start with a sentence that says what to set', (_what, env) => {
  const HOLDFAST_CONFIG = configured('hooks.example.com');
  expect(() => workerConfig({ HOLDFAST_CONFIG, ...env })).toThrow(
    /HOLDFAST_WEBHOOK_SECRET.*32 characters.*openssl rand/,
  );
});

test('a secret that can be guessed stops the start, and may be the one before', () => {
  const HOLDFAST_CONFIG = configured('hooks.example.com');
  const weak = 'x'.repeat(32);
  expect(() => workerConfig({ HOLDFAST_CONFIG, HOLDFAST_WEBHOOK_SECRET: weak })).toThrow(
    /^HOLDFAST_WEBHOOK_SECRET has so little variety that it can be guessed\./,
  );
  const env = { HOLDFAST_CONFIG, HOLDFAST_WEBHOOK_SECRET: SECRET, HOLDFAST_WEBHOOK_SECRET_OLD: weak };
  expect(workerConfig(env).activities.webhooks.secrets).toEqual([SECRET, weak]);
});

test('the present secret comes before the old one', () => {
  const config = workerConfig({
    HOLDFAST_CONFIG: configured('hooks.example.com', '127.0.0.1:9000'),
    HOLDFAST_WEBHOOK_SECRET: SECRET,
    HOLDFAST_WEBHOOK_SECRET_OLD: 'y'.repeat(32),
  });
  expect(config.activities.webhooks).toEqual({
    allowedHosts: ['hooks.example.com', '127.0.0.1:9000'],
    secrets: [SECRET, 'y'.repeat(32)],
  });
});

test.each(['https://hooks.example.com', 'Hooks.example.com', 'hooks.example.com/x', 'hooks.example.com:443', '*', ''])(
  '%s is no host as a URL has it',
  (host) => expect(() => workerConfig({ HOLDFAST_CONFIG: configured(host) })).toThrow(/stands in a URL/),
);

test.each(['localhost:9000', 'hooks.localhost', '127.0.0.1', '10.0.0.5:9000', '[::1]:9000'])(
  '%s is never called back, and stops the start with what to list in its place',
  (host) =>
    expect(() => workerConfig({ HOLDFAST_CONFIG: configured(host) })).toThrow(
      `worker.webhooks.allowed_hosts.0: ${host} is not on the public internet, and is never called back; a receiver on the same machine is named 127.0.0.1:<port>, with its port.`,
    ),
);

test.each([
  'hooks.example.com',
  'localhost.example.com:8443',
  '127.0.0.1:9000',
  '93.184.215.14',
  '[2606:2800::1]:8443',
])('%s may be called back', (host) => {
  const { allowedHosts } = workerConfig({ HOLDFAST_CONFIG: configured(host), HOLDFAST_WEBHOOK_SECRET: SECRET })
    .activities.webhooks;
  expect(allowedHosts).toEqual([host]);
});
