/** A wrong variable, or a file that it names and that is not there, is one sentence that names the variable. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { devConfig } from '../../cli/config';
import { BadSetting } from '../../config/file';
import { secretAt } from '../../config/secret';
import { gatewayConfig } from '../../gateway/config';
import { workerConfig } from '../../worker/config';

const HOLDFAST_SECRET = 'a secret for the tests, 32 characters or more';

const PREVIOUS = 'the secret before it, 32 characters or more';

function fileWith(content: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'holdfast-secret-')), 'secret');
  writeFileSync(path, content);
  return path;
}

test.each([
  ['HOLDFAST_PORT', 'abc', 'HOLDFAST_PORT must be a port number, or 0 for any free one.'],
  ['HOLDFAST_PORT', '70000', 'HOLDFAST_PORT must be a port number, at most 65535.'],
  ['HOLDFAST_PORT', 'tcp://10.0.0.1:8484', 'enableServiceLinks: false'],
  ['HOLDFAST_PATIENCE', '1e9', 'HOLDFAST_PATIENCE must be seconds, more than 0 and at most 240.'],
  ['HOLDFAST_TEMPORAL_UI', 'here', 'HOLDFAST_TEMPORAL_UI must be the address'],
  ['HOLDFAST_SECRET_PREVIOUS', HOLDFAST_SECRET, 'HOLDFAST_SECRET_PREVIOUS (or its _FILE) must hold the secret before'],
  ['TEMPORAL_TLS_CLIENT_CERT_PATH', '/nope', 'TEMPORAL_TLS_CLIENT_CERT_PATH names /nope, which cannot be read.'],
])('%s=%s stops a gateway with a sentence that names it', (name, value, sentence) => {
  const env = { HOLDFAST_SECRET, [name]: value };
  expect(() => gatewayConfig(env)).toThrow(BadSetting);
  expect(() => gatewayConfig(env)).toThrow(sentence);
});

test('a certificate that is none is told with the settings that may hold it', () => {
  const env = { HOLDFAST_SECRET, TEMPORAL_TLS_CLIENT_CERT_DATA: 'none', TEMPORAL_TLS_CLIENT_KEY_DATA: 'none' };
  expect(() => gatewayConfig(env)).toThrow(
    /^The certificates for Temporal cannot be used \(.*TEMPORAL_TLS_CLIENT_CERT_PATH/,
  );
});

test('the ports of a gateway and of a stack are one setting', () => {
  expect(() => devConfig({ HOLDFAST_PORT: '70000' })).toThrow('HOLDFAST_PORT must be a port number, at most 65535.');
});

test('an empty variable counts as not set', () => {
  const { port, previousSecret } = gatewayConfig({ HOLDFAST_SECRET, HOLDFAST_PORT: '', HOLDFAST_SECRET_PREVIOUS: '' });
  expect([port, previousSecret]).toEqual([8484, undefined]);
});

test('each secret may come from a file', () => {
  const [path, old] = [fileWith(`${HOLDFAST_SECRET}\n`), fileWith(PREVIOUS)];
  expect(gatewayConfig({ HOLDFAST_SECRET_FILE: path, HOLDFAST_SECRET_PREVIOUS_FILE: old })).toMatchObject({
    secret: HOLDFAST_SECRET,
    previousSecret: PREVIOUS,
  });
  expect(gatewayConfig({ HOLDFAST_SECRET, TEMPORAL_API_KEY_FILE: path }).temporal.connectionOptions.apiKey).toBe(
    HOLDFAST_SECRET,
  );
  const HOLDFAST_CONFIG = fileWith(
    'worker: { webhooks: { allowed_hosts: [a.example] }, model: { url: "https://llm.example", name: m, key_env: MODEL } }',
  );
  const { activities } = workerConfig({
    HOLDFAST_CONFIG,
    HOLDFAST_WEBHOOK_SECRET_FILE: path,
    HOLDFAST_WEBHOOK_SECRET_OLD_FILE: old,
    MODEL_FILE: path,
  });
  expect(activities.webhooks.secrets).toEqual([HOLDFAST_SECRET, PREVIOUS]);
  expect(activities.model?.key).toBe(HOLDFAST_SECRET);
});

test('a file of a secret that is not there, or empty, is named with its variable', () => {
  expect(() => gatewayConfig({ HOLDFAST_SECRET_FILE: '/nope' })).toThrow(
    'HOLDFAST_SECRET_FILE names /nope, which cannot be read. Correct the path, or unset it.',
  );
  expect(() => secretAt({ KEY_FILE: fileWith('\n') }, 'KEY')).toThrow(/^KEY_FILE names .*secret, which is empty\.$/);
});
