/** Which of the shell's variables the processes of a stack get. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { devConfig } from '../../cli/config';
import { packageRoot } from '../../cli/root';
import { READ } from '../../config/variables';

const HOLDFAST_CONFIG = join(mkdtempSync(join(tmpdir(), 'holdfast-inherited-')), 'holdfast.yaml');
writeFileSync(
  HOLDFAST_CONFIG,
  [
    'gateway:',
    '  temporal_ui: ${UI}',
    'worker:',
    '  model: { url: "https://llm.example", name: m, key_env: LLM_KEY }',
    '  sources: { github: { token_env: GH } }',
    'upstreams:',
    '  a: { url: "https://a.example", headers: { Authorization: "Bearer ${A_TOKEN}" } }',
    'mcpServers:',
    '  b: { command: x, env: { B: "${B_KEY:-none}" } }',
  ].join('\n'),
);

const SYSTEM = { PATH: '/bin', HOME: '/root', TMPDIR: '/tmp', LANG: 'C', LC_ALL: 'C', TZ: 'UTC' };
const { inherited } = devConfig({
  ...SYSTEM,
  HOLDFAST_CONFIG,
  HOLDFAST_SECRET: 'secret',
  HOLDFAST_SECRET_PREVIOUS_FILE: '/secret',
  HOLDFAST_WEBHOOK_SECRET: 'webhooks',
  HOLDFAST_API_KEY: 'of a caller',
  TEMPORAL_API_KEY: 'key',
  UI: 'https://ui.example',
  A_TOKEN: 'of an upstream',
  B_KEY_FILE: '/b',
  LLM_KEY: 'model',
  GH_FILE: '/github',
  NODE_OPTIONS: '--trace-warnings',
  NODE_AUTH_TOKEN: 'of a registry',
  AWS_SECRET_ACCESS_KEY: 'of a cloud',
  https_proxy: 'http://proxy.example',
});

const CLIENT = {
  ...SYSTEM,
  HOLDFAST_CONFIG,
  UI: 'https://ui.example',
  TEMPORAL_API_KEY: 'key',
  NODE_OPTIONS: '--trace-warnings',
  https_proxy: 'http://proxy.example',
};

test('Temporal gets no secret', () => {
  expect(inherited.temporal).toEqual(SYSTEM);
});

test('a gateway gets its own secrets, and none of the workers', () => {
  expect(inherited.gateway).toEqual({
    ...CLIENT,
    HOLDFAST_SECRET: 'secret',
    HOLDFAST_SECRET_PREVIOUS_FILE: '/secret',
  });
});

test('a worker gets what its configuration names, and no secret of the gateways', () => {
  expect(inherited.worker).toEqual({
    ...CLIENT,
    HOLDFAST_WEBHOOK_SECRET: 'webhooks',
    A_TOKEN: 'of an upstream',
    B_KEY_FILE: '/b',
    LLM_KEY: 'model',
    GH_FILE: '/github',
  });
});

test.each(['gateway', 'worker'] as const)('a %s gets every variable of ours that it reads', (kind) => {
  const source = readFileSync(join(packageRoot(), kind, 'config.ts'), 'utf8');
  expect(READ[kind]).toEqual(expect.arrayContaining([...new Set(source.match(/\bHOLDFAST_[A-Z_]+/g))]));
});
