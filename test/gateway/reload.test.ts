/** A configuration that changes while the gateway runs. No Temporal: nothing here comes so far. */
import { mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { gatewayConfig } from '../../gateway/config';
import { startGateway } from '../../gateway/gateway';
import type { Gateway } from '../../gateway/gateway';
import { watchFiles } from '../../config/watch';
import { createReload } from '../../gateway/reload';
import { eventually } from '../fixtures/eventually';
import { modern } from '../fixtures/raw';
import { newTenant } from '../fixtures/stack';

const [alice, bob] = [newTenant(), newTenant()];
const file = join(mkdtempSync(join(tmpdir(), 'holdfast-reload-')), 'holdfast.yaml');
const env = {
  HOLDFAST_CONFIG: file,
  HOLDFAST_SECRET: 'a secret for the tests, 32 characters or more',
  TEMPORAL_ADDRESS: '127.0.0.1:1',
};
/** As a careful editor does it: the file is whole at any moment. */
function write(gateway: object, more: object = {}): void {
  writeFileSync(`${file}.part`, JSON.stringify({ gateway: { port: 0, ...gateway }, ...more }));
  renameSync(`${file}.part`, file);
}

const told: Record<string, unknown>[] = [];
const log = pino({ level: 'info' }, { write: (line: string) => void told.push(JSON.parse(line) as never) });
let gateway: Gateway;
let reload: () => void;

beforeEach(async () => {
  told.length = 0;
  write({ keys: alice.keys });
  const config = gatewayConfig(env);
  gateway = await startGateway(config, [], pino({ level: 'silent' }));
  reload = createReload(config, { read: () => gatewayConfig(env), gateway, log });
});
afterEach(() => gateway.stop());

const statusOf = async ({ headers }: typeof alice): Promise<number> =>
  (await modern(gateway.url, 'tools/list', {}, headers)).status;

test('keys are those of the file from then on, and the log says how many', async () => {
  write({ keys: bob.keys });
  expect(await statusOf(alice)).toBe(200);
  reload();
  expect([await statusOf(alice), await statusOf(bob)]).toEqual([401, 200]);
  expect(told).toMatchObject([{ level: 30, keys: 1, msg: 'configuration was read anew' }]);
});

test('rates, and with them the other rules, are those of the file from then on', async () => {
  write({ keys: alice.keys, rates: { calls: 1, reads: 1 } });
  reload();
  expect([await statusOf(alice), await statusOf(alice), await statusOf(alice)]).toEqual([200, 200, 429]);
});

test.each([
  ['is not YAML', () => writeFileSync(file, 'gateway: ]'), 'which is not YAML'],
  ['has a setting that is none', () => write({ keys: bob.keys, prot: 1 }), 'prot'],
  ['has no keys any more', () => write({}), 'Whether callers need API keys (gateway.keys) is decided at the start'],
])('a file that %s changes nothing, and the log says so in one sentence', async (_what, spoil, why) => {
  spoil();
  reload();
  expect([await statusOf(alice), await statusOf(bob)]).toEqual([200, 401]);
  expect(told).toHaveLength(1);
  expect(told[0]).toMatchObject({ level: 50 });
  expect(told[0]?.['msg']).toMatch(/^The configuration was not read anew, and nothing has changed\. /);
  expect(told[0]?.['msg']).toContain(why);
});

test('the first upstream that the file brings has prompts and resources, too', async () => {
  const prompts = async (): Promise<unknown> =>
    (await modern(gateway.url, 'prompts/list', {}, alice.headers)).message.error?.code;
  expect(await prompts()).toBe(-32601);
  write({ keys: alice.keys }, { upstreams: { a: { command: 'not-run' } } });
  reload();
  expect(await prompts()).toBeUndefined();
});

describe('a catalogue that changes', () => {
  const entry = (description: string): object => ({ description, workflow: 'Ship', queue: 'orders' });
  async function listed(): Promise<unknown[]> {
    const { message } = await modern(gateway.url, 'tools/list', {}, alice.headers);
    const tools = message.result?.['tools'] as { name: string; description: string }[];
    return tools.filter(({ name }) => !name.startsWith('job_')).map(({ name, description }) => [name, description]);
  }

  test('is on offer from then on, entry by entry', async () => {
    write({ keys: alice.keys }, { catalog: { ship: entry('Ships.'), sell: entry('Sells.') } });
    reload();
    expect(await listed()).toEqual([
      ['ship', 'Ships.'],
      ['sell', 'Sells.'],
    ]);
    write({ keys: alice.keys }, { catalog: { ship: entry('Ships at once.') } });
    reload();
    expect(await listed()).toEqual([['ship', 'Ships at once.']]);
    expect(told).toMatchObject([{ level: 30 }, { level: 30 }]);
    expect(told.some((line) => 'waitingForRestart' in line)).toBe(false);
  });

  test.each([
    ['of which one entry is wrong', { sell: { ...entry('Sells.'), args: ['what'] } }, 'catalog.sell: args names what'],
    ['with the name of a handle tool', { job_wait: entry('Waits.') }, 'job_wait'],
  ])('%s, changes nothing', async (_which, wrong, why) => {
    write({ keys: alice.keys }, { catalog: { ship: entry('Ships.') } });
    reload();
    write({ keys: bob.keys }, { catalog: { ship: entry('Ships at once.'), ...wrong } });
    reload();
    expect(await listed()).toEqual([['ship', 'Ships.']]);
    expect(told[1]?.['msg']).toContain(why);
  });
});

test('a setting that waits for a restart is named', () => {
  write({ keys: alice.keys, patience: 20, limits: { max_batch: 5 } });
  reload();
  expect(told).toMatchObject([{ waitingForRestart: ['patienceMs', 'limits'] }]);
});

test('a file that was put in the place of the old one is noticed', async () => {
  const watch = watchFiles([file], reload);
  expect(await statusOf(alice)).toBe(200);
  write({ keys: bob.keys });
  await eventually('an end of the key of the old file', async () => (await statusOf(alice)) === 401);
  expect(await statusOf(bob)).toBe(200);
  watch([]);
});

test('a schema of the catalogue in a file of its own is noticed, too, once the file names it', async () => {
  const schema = `${file}.schema.json`;
  const writeSchema = (property: string): void =>
    writeFileSync(schema, JSON.stringify({ type: 'object', properties: { [property]: { type: 'string' } } }));
  writeSchema('weight');
  const watch = watchFiles([file], () => watched());
  const watched = createReload(gatewayConfig(env), { read: () => gatewayConfig(env), gateway, watch, log });
  const input = async () => JSON.stringify((await modern(gateway.url, 'tools/list', {}, alice.headers)).message.result);
  const ship = { description: 'Ships.', workflow: 'ship', queue: 'shop', input: schema };
  write({ keys: alice.keys }, { catalog: { ship } });
  await eventually('the tool', async () => (await input()).includes('weight'));
  writeSchema('height');
  await eventually('its other schema', async () => (await input()).includes('height'));
  watch([]);
});

test('a schema that is written only after the file names it is noticed without another change of the file', async () => {
  const schema = `${file}.late.json`;
  const watch = watchFiles([file], () => watched());
  const watched = createReload(gatewayConfig(env), { read: () => gatewayConfig(env), gateway, watch, log });
  write(
    { keys: bob.keys },
    { catalog: { ship: { description: '.', workflow: 'ship', queue: 'shop', input: schema } } },
  );
  await eventually('the refusal', () => told.length === 1);
  expect(told[0]?.['msg']).toMatch(/catalog\.ship\.input: names .*late\.json, which cannot be read/);
  writeFileSync(schema, '{ "type": "object" }');
  await eventually('the new configuration', () => told.length === 2);
  expect(await statusOf(bob)).toBe(200);
  watch([]);
});

test('a schema that the catalogue cannot use is read again when it is corrected', async () => {
  const schema = `${file}.wrong.json`;
  const watch = watchFiles([file], () => watched());
  const watched = createReload(gatewayConfig(env), { read: () => gatewayConfig(env), gateway, watch, log });
  writeFileSync(schema, '{ "type": "string" }');
  write(
    { keys: bob.keys },
    { catalog: { ship: { description: '.', workflow: 'ship', queue: 'shop', input: schema } } },
  );
  await eventually('the refusal', () => told.length === 1);
  expect(told[0]).toMatchObject({ level: 50 });
  writeFileSync(schema, '{ "type": "object" }');
  await eventually('the new configuration', () => told.length === 2);
  expect(await statusOf(bob)).toBe(200);
  watch([]);
});
