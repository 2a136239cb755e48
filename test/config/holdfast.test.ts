/** Whoever reads holdfast.yaml checks all of it, and what its two parts promise each other. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { doubtsIn } from '../../config/holdfast';
import { gatewayConfig } from '../../gateway/config';
import { workerConfig } from '../../worker/config';

const HOLDFAST_SECRET = 'a secret for the tests, 32 characters or more';

function configured(yaml: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'holdfast-config-')), 'holdfast.yaml');
  writeFileSync(path, yaml);
  return path;
}

const readers: [string, (HOLDFAST_CONFIG: string) => unknown][] = [
  ['the gateway', (HOLDFAST_CONFIG) => gatewayConfig({ HOLDFAST_SECRET, HOLDFAST_CONFIG })],
  ['a worker', (HOLDFAST_CONFIG) => workerConfig({ HOLDFAST_CONFIG, HOLDFAST_WEBHOOK_SECRET: HOLDFAST_SECRET })],
];

describe.each(readers)('%s', (_who, read) => {
  test.each([
    ['gateway: { prot: 1 }', /gateway: Unrecognized key: "prot"/],
    ['worker: { concurrent_step: 1 }', /worker: Unrecognized key: "concurrent_step"/],
    ['worker: { queues: { A: {} } }', /worker\.queues/],
  ])('refuses %s, whosever part it is', (yaml, sentence) => {
    expect(() => read(configured(yaml))).toThrow(sentence);
  });

  test('refuses one key of two callers, and says which two', () => {
    const sha256 = 'a'.repeat(64);
    const keys = [sha256, 'b'.repeat(64), sha256].map(
      (hash, n) => `{ sha256: '${hash}', tenant: acme, subject: s${n} }`,
    );
    expect(() => read(configured(`gateway: { keys: [${keys.join(', ')}] }`))).toThrow(
      /gateway\.keys\.2: the same sha256 as key 0 of the list/,
    );
  });

  test('refuses hosts of callbacks that the gateway takes and no worker would deliver to', () => {
    const hosts = (gateway: string, worker: string): string =>
      configured(`gateway: { webhooks: { allowed_hosts: [${gateway}] } }\n${worker}`);
    const delivers = 'worker: { webhooks: { allowed_hosts: [a.example, c.example] } }';
    expect(() => read(hosts('a.example, b.example', delivers))).toThrow(
      /gateway\.webhooks\.allowed_hosts: b\.example is not in worker\.webhooks\.allowed_hosts/,
    );
    expect(() => read(hosts('a.example', delivers))).not.toThrow();
    expect(() => read(hosts('a.example', ''))).not.toThrow(); // the workers have a file of their own
  });

  test('takes a part of which nothing is set', () => {
    expect(() => read(configured('gateway:\nworker:\n'))).not.toThrow();
  });
});

test('what only workers would deliver to is a doubt, and keeps nothing from running', () => {
  const HOLDFAST_CONFIG = configured('gateway: {}\nworker: { webhooks: { allowed_hosts: [a.example] } }');
  expect(doubtsIn({ HOLDFAST_CONFIG })).toEqual([expect.stringContaining('names a.example')]);
});

test('a variable that nothing reads is told, with the one that was meant', () => {
  const doubts = doubtsIn({ HOLDFAST_PATINCE: '5', HOLDFAST_COLOUR: 'red', HOLDFAST_PATIENCE: '5', PATH: '/bin' });
  expect(doubts).toEqual([
    'HOLDFAST_PATINCE is set, and nothing reads it: did you mean HOLDFAST_PATIENCE?',
    'HOLDFAST_COLOUR is set, and nothing reads it.',
  ]);
});

test('neither what the file names, nor what Kubernetes sets beside a service called holdfast, is such a variable', () => {
  const HOLDFAST_CONFIG = configured(
    'worker: { model: { url: "https://llm.example", name: m, key_env: HOLDFAST_MODEL } }',
  );
  const env = {
    HOLDFAST_CONFIG,
    HOLDFAST_MODEL: 'k',
    HOLDFAST_SERVICE_HOST: '10.0.0.1',
    HOLDFAST_PORT_8484_TCP_ADDR: '10.0.0.1',
  };
  expect(doubtsIn(env)).toEqual([]);
});
