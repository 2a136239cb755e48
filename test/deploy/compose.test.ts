/** What can be said of the compose stack without Docker. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageRoot } from '../../cli/root';
import { gatewayConfig } from '../../gateway/config';
import { workerConfig } from '../../worker/config';
import { SEARCH_ATTRIBUTES } from '../../workflows/contract';

const read = (...path: string[]): string => readFileSync(join(packageRoot(), ...path), 'utf8');

const Service = z.looseObject({
  restart: z.string().optional(),
  ports: z.array(z.string()).default([]),
  networks: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  environment: z.unknown().optional(),
  healthcheck: z.looseObject({ test: z.array(z.string()) }).optional(),
});
const text = read('docker-compose.yml');
const stack = z.looseObject({ services: z.record(z.string(), Service) }).parse(parse(text, { merge: true }));
const services = Object.entries(stack.services);
const service = (name: string) => Service.parse(stack.services[name]);

test('the stack has no key at its top that Compose 1 refuses', () => {
  expect(Object.keys(stack).filter((key) => !/^(services|networks|volumes|x-.+)$/.test(key))).toEqual([]);
});

test.each(services)('%s is restarted, limited, without rights, and its log does not grow for ever', (_name, found) => {
  expect(found).toMatchObject({
    restart: expect.stringMatching(/^(unless-stopped|on-failure:\d+)$/) as unknown,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    read_only: true,
    mem_limit: expect.any(String) as unknown,
    pids_limit: expect.any(Number) as unknown,
    cpus: expect.any(Number) as unknown,
    logging: { options: { 'max-size': expect.any(String) as unknown, 'max-file': expect.any(String) as unknown } },
  });
});

test('ports are open for this machine alone, and none is of a service that runs more than once', () => {
  expect(services.flatMap(([, { ports }]) => ports).filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  expect([service('gateway').ports, service('worker').ports]).toEqual([[], []]);
});

test('what is outside reaches the Web UI through the balancer alone, which has its port', () => {
  expect(service('temporal-ui').ports).toEqual([]);
  expect(service('temporal-ui').networks).not.toContain('published');
  expect(service('balancer').ports).toContain('127.0.0.1:${TEMPORAL_UI_PORT:-8080}:8080');
  const [shared] = service('balancer').networks.filter((name) => service('temporal-ui').networks.includes(name));
  expect(z.looseObject({ networks: z.looseObject({}) }).parse(parse(text)).networks[shared ?? '']).toEqual({
    internal: true,
  });
});

test('a worker shares a network with Temporal alone, and no volume with a secret in it', () => {
  const [network = ''] = service('worker').networks;
  expect(service('worker').networks).toEqual([network]);
  expect(services.flatMap(([name, { networks }]) => (networks.includes(network) ? [name] : []))).toEqual([
    'temporal',
    'worker',
  ]);
  expect(service('worker').volumes.filter((volume) => /secret|password/.test(volume))).toEqual([]);
});

test('the health check of a worker looks at the file that the worker touches', () => {
  const { environment, healthcheck } = service('worker');
  const { HOLDFAST_ALIVE_FILE = '' } = z.record(z.string(), z.string()).parse(environment);
  expect(workerConfig({ HOLDFAST_ALIVE_FILE }).aliveFile).toBe(HOLDFAST_ALIVE_FILE);
  expect(healthcheck?.test.join(' ')).toContain(` ${HOLDFAST_ALIVE_FILE} `);
});

test('nothing has to be set, and .env.example names all that can be', () => {
  const asked = [...text.matchAll(/\$\{(\w+)([^}]*)\}/g)].map(([, name = '', otherwise = '']) => {
    expect(otherwise).toMatch(/^:-/);
    return name;
  });
  const passed = z.array(z.string()).parse(service('first-start').environment);
  const named = [...read('.env.example').matchAll(/^#([A-Z_]+)=/gm)].map(([, name]) => name);
  expect(named.filter((name) => name !== 'COMPOSE_PROJECT_NAME').sort()).toEqual(
    [...new Set([...asked, ...passed])].sort(),
  );
});

test('gateways and workers find Temporal, and take from .env what they log and where their metrics are, which is no port of the machine', () => {
  const set = {
    TEMPORAL_ADDRESS: 'temporal:7233',
    HOLDFAST_LOG_LEVEL: '${HOLDFAST_LOG_LEVEL:-}',
    HOLDFAST_METRICS: '${HOLDFAST_METRICS:-}',
  };
  expect(service('gateway').environment).toMatchObject({
    ...set,
    HOLDFAST_SECRET_PREVIOUS: '${HOLDFAST_SECRET_PREVIOUS:-}',
  });
  expect(service('worker').environment).toMatchObject(set);
  expect(service('worker').environment).not.toHaveProperty('HOLDFAST_SECRET_PREVIOUS');
  expect(services.flatMap(([, { ports }]) => ports).join()).not.toContain('9464');
});

test('the namespace is ready only with every search attribute that a job has', () => {
  const [, listed = ''] = /^attributes='(.+)'$/m.exec(read('deploy', 'temporal', 'namespace.sh')) ?? [];
  expect(listed.split(' ').sort()).toEqual(Object.values(SEARCH_ATTRIBUTES).sort());
});

/** What the first start, or a later one, prints; it writes into `made`. */
function printed(made: string, { source = join(packageRoot(), 'deploy', 'holdfast.yaml'), env = {}, wish = '' } = {}) {
  for (const volume of ['gateway', 'database', 'config']) mkdirSync(join(made, volume), { recursive: true });
  const script = join(packageRoot(), 'deploy', 'first-start.mjs');
  const { stdout, status } = spawnSync(process.execPath, [script, source, made, ...(wish ? [wish] : [])], {
    env: { PATH: process.env['PATH'], ...env },
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  return stdout;
}

/** Runs it, and tells what was made. */
function start(made: string, options: Parameters<typeof printed>[1] = {}) {
  const stdout = printed(made, options);
  const config = gatewayConfig({
    HOLDFAST_CONFIG: join(made, 'config', 'holdfast.yaml'),
    HOLDFAST_SECRET_FILE: join(made, 'gateway', 'secret'),
  });
  expect(() => workerConfig({ HOLDFAST_CONFIG: join(made, 'config', 'holdfast.yaml') })).not.toThrow();
  return {
    key: /hf_[0-9a-f]{64}/.exec(stdout)?.[0],
    hashes: config.keys.map(({ sha256 }) => sha256),
    secret: config.secret,
    password: readFileSync(join(made, 'database', 'password'), 'utf8'),
  };
}

const folder = (): string => mkdtempSync(join(tmpdir(), 'holdfast-first-start-'));
const hashOf = (key = ''): string => createHash('sha256').update(key).digest('hex');

test('the first start makes a key and shows it; a later one shows none and changes nothing', () => {
  const made = folder();
  const first = start(made);
  expect(first.hashes).toEqual([hashOf(first.key)]);
  expect(start(made)).toEqual({ ...first, key: undefined });
  expect(start(folder())).not.toMatchObject({ secret: first.secret });
  const renewed = start(made, { wish: 'new-key' });
  expect(renewed).toEqual({ ...first, key: renewed.key, hashes: [hashOf(renewed.key)] });
  expect(renewed.key).not.toBe(first.key);
});

test('the key is shown with the address of the stack, also where that has another port', () => {
  expect(printed(folder())).toContain('to http://127.0.0.1:8484/mcp.');
  expect(printed(folder(), { env: { HOLDFAST_PORT: '9000' } })).toContain('to http://127.0.0.1:9000/mcp.');
});

test('what the environment sets is taken in place of what was made', () => {
  const made = folder();
  start(made);
  const secret = 'a secret of their own, 32 characters or more';
  const env = { HOLDFAST_SECRET: secret, POSTGRES_PASSWORD: 'theirs', HOLDFAST_API_KEY: 'known' };
  const taken = { key: undefined, hashes: [hashOf('known')], secret, password: 'theirs' };
  expect(start(made, { env })).toEqual(taken);
});

test('no key is made where the operator lists some', () => {
  const source = join(folder(), 'holdfast.yaml');
  const sha256 = hashOf('mine');
  writeFileSync(
    source,
    `gateway:\n  host: 0.0.0.0\n  allowed_hosts: [gateway]\n  keys: [{ sha256: ${sha256}, tenant: t, subject: s }]\n`,
  );
  expect(start(folder(), { source })).toMatchObject({ key: undefined, hashes: [sha256] });
});
