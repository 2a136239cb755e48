import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gatewayConfig } from '../../gateway/config';
import { packageRoot } from '../../cli/root';
import { workerConfig } from '../../worker/config';

const HOLDFAST_SECRET = 'a secret for the tests, 32 characters or more';

function configured(yaml: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'holdfast-config-')), 'holdfast.yaml');
  writeFileSync(path, yaml);
  return path;
}

test('the example configuration is valid and says the defaults', () => {
  const file = join(packageRoot(), 'holdfast.yaml');
  const example = gatewayConfig({ HOLDFAST_SECRET, HOLDFAST_CONFIG: file });
  expect(example).toEqual({ ...gatewayConfig({ HOLDFAST_SECRET }), files: [file] });
});

test.each([
  ['no secret', {}, 'HOLDFAST_SECRET'],
  ['a short secret', { HOLDFAST_SECRET: 'short' }, 'at least 32 characters'],
  ['a level that is none', { HOLDFAST_SECRET, HOLDFAST_LOG_LEVEL: 'loud' }, 'HOLDFAST_LOG_LEVEL must be debug, info'],
  [
    'metrics at no address',
    { HOLDFAST_SECRET, HOLDFAST_METRICS: 'abc' },
    'HOLDFAST_METRICS must be a port, or address:port',
  ],
  ['a port that is no port', { HOLDFAST_SECRET, HOLDFAST_PORT: '99999' }, 'HOLDFAST_PORT'],
  [
    'another address than loopback without keys',
    { HOLDFAST_SECRET, HOLDFAST_HOST: '0.0.0.0' },
    'without authentication',
  ],
])('%s stops the start with a sentence that names the setting', (_what, env, sentence) => {
  expect(() => gatewayConfig(env)).toThrow(sentence);
});

test('an unknown setting is refused by name', () => {
  const path = configured('gateway:\n  prot: 1\n');
  expect(() => gatewayConfig({ HOLDFAST_SECRET, HOLDFAST_CONFIG: path })).toThrow(/prot/);
});

test('a part that neither gateway nor worker reads is refused by name', () => {
  const path = configured('gatway:\n  port: 1\n');
  expect(() => gatewayConfig({ HOLDFAST_SECRET, HOLDFAST_CONFIG: path })).toThrow(/gatway/);
});

test.each([
  ['the gateway', (path: string) => gatewayConfig({ HOLDFAST_SECRET, HOLDFAST_CONFIG: path })],
  ['a worker', (path: string) => workerConfig({ HOLDFAST_CONFIG: path })],
])('%s says in one sentence what is wrong with its file, and where', (_who, read) => {
  const broken = configured('gateway:\n  port: 1: 2\n');
  expect(() => read(broken)).toThrow(
    /^HOLDFAST_CONFIG names .*holdfast\.yaml, which is not YAML: .* at line 2, column \d+\.$/,
  );
  expect(() => read('/nowhere.yaml')).toThrow('HOLDFAST_CONFIG names /nowhere.yaml, which cannot be read.');
  const unknown = configured('gateway: {}\nworker: {}\nwroker: {}\n');
  expect(() => read(unknown)).toThrow(/^.*holdfast\.yaml: Unrecognized key.*wroker.* holdfast\.yaml shows/);
});

test('the limits of a request can be set, one without the others', () => {
  const HOLDFAST_CONFIG = configured('gateway:\n  limits: { max_bytes: 20000, max_batch: 1 }\n');
  const { limits } = gatewayConfig({ HOLDFAST_SECRET, HOLDFAST_CONFIG });
  expect(limits).toEqual({ bytes: 20_000, depth: 64, values: 10_000, batch: 1 });
});

test.each([
  ['max_bytes: 3000000', /gateway\.limits\.max_bytes: Too big: expected number to be <=1900000/],
  ['max_bytes: 1 MB', /gateway\.limits\.max_bytes: Invalid input: expected number, received string/],
  ['max_depth: 0', /gateway\.limits\.max_depth: Too small: expected number to be >=16/],
  ['max_values: 1e9', /gateway\.limits\.max_values: Too big/],
  ['max_batch: 1.5', /gateway\.limits\.max_batch: Invalid input: expected int/],
  ['max_byte: 1', /gateway\.limits: Unrecognized key: "max_byte"/],
])('a limit that cannot be, %s, stops the start and is named', (setting, sentence) => {
  const HOLDFAST_CONFIG = configured(`gateway:\n  limits: { ${setting} }\n`);
  expect(() => gatewayConfig({ HOLDFAST_SECRET, HOLDFAST_CONFIG })).toThrow(sentence);
});

test.each(['foo', 'changeme', 'password', 'secret', 'holdfast-local', '', 'x'.repeat(32)])(
  'the key %j, which anybody would try, stops the start',
  (key) => {
    const sha256 = createHash('sha256').update(key).digest('hex');
    const HOLDFAST_CONFIG = configured(`gateway:\n  keys: [{ sha256: ${sha256}, tenant: a, subject: b }]\n`);
    expect(() => gatewayConfig({ HOLDFAST_SECRET, HOLDFAST_CONFIG })).toThrow(
      /gateway\.keys\.0\.sha256: the key of this hash is one that anybody would try: make one with holdfast key new/,
    );
  },
);

const WEAK = ['x'.repeat(32), 'changeme'.repeat(5), '0123456789abcdef'.repeat(2), 'aaaaaaaabbbbbbbbccccccccdddddddd'];
test.each(WEAK)('the secret %s, which can be guessed, stops the start', (weak) => {
  expect(() => gatewayConfig({ HOLDFAST_SECRET: weak })).toThrow(
    /^HOLDFAST_SECRET has so little variety that it can be guessed\. Make one with: openssl rand -hex 32\./,
  );
});

test('a secret that can be guessed may be left behind', () => {
  expect(gatewayConfig({ HOLDFAST_SECRET, HOLDFAST_SECRET_PREVIOUS: 'x'.repeat(32) }).previousSecret).toHaveLength(32);
});

test('a secret of 16 random bytes is taken', () => {
  const secret = randomBytes(16).toString('hex');
  expect(gatewayConfig({ HOLDFAST_SECRET: secret }).secret).toBe(secret);
});

test('a key that is not a hash is refused', () => {
  const path = configured('gateway:\n  keys: [{ sha256: secret, tenant: a, subject: b }]\n');
  expect(() => gatewayConfig({ HOLDFAST_SECRET, HOLDFAST_CONFIG: path })).toThrow(/SHA-256/);
});
