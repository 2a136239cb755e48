/** A workflow of somebody else calls tools without the gateway, as children by a published type. */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { pino } from 'pino';
import type { TemporalServer } from '../../cli/engine/server';
import { startGateway } from '../../gateway/gateway';
import type { Gateway } from '../../gateway/gateway';
import type { UpstreamRequest } from '../../workflows/upstream-contract';
import { catalogOf, catalogSteps } from '../fixtures/catalog';
import { startForeignWorker } from '../fixtures/foreign-worker';
import { newLedger } from '../fixtures/ledger';
import { ownTemporal } from '../fixtures/processes';
import { configFor, startTestWorker } from '../fixtures/stack';
import type { TestWorker } from '../fixtures/stack';
import { createSite, stepsOf } from '../fixtures/upstream-site';
import { tools } from '../fixtures/workflows/tools';

const QUEUE = `outside-${randomUUID()}`;
const catalog = catalogOf({
  list: {
    description: 'Lists.',
    workflow: 'listArguments',
    queue: QUEUE,
    input: { type: 'object', properties: { a: {} } },
  },
});

const shop = createSite();
shop.tools = [{ name: 'sell', description: 'Sells.', inputSchema: { type: 'object' } }];
const upstreams = { [shop.name]: shop.settings() };

let workers: readonly TestWorker[];
let gateway: Gateway;
let temporal: Client;
let server: TemporalServer;

beforeAll(async () => {
  server = await ownTemporal();
  const { address } = server;
  workers = await Promise.all([
    startTestWorker({ ...catalogSteps(catalog, address, upstreams), ...stepsOf(shop) }, address, [
      { name: shop.queue, concurrentSteps: 10, perSecond: undefined },
    ]),
    startForeignWorker(QUEUE, address),
  ]);
  gateway = await startGateway(configFor(address, { upstreams }), tools, pino({ level: 'silent' }));
  temporal = new Client({ connection: await Connection.connect({ address }) });
});

afterAll(async () => {
  await Promise.all([temporal.connection.close(), gateway.stop()]);
  await Promise.all(workers.map((worker) => worker.stop()));
  await server.stop();
});

/** Runs a workflow of somebody else that makes the call. */
async function called(call: object, workflowId = `caller-${randomUUID()}`): Promise<unknown> {
  return temporal.workflow.execute('callFromOutside', { taskQueue: QUEUE, workflowId, args: [call] });
}

test('a tool of ours returns its output, and arguments get their defaults as at the gateway', async () => {
  expect(await called({ tool: 'echo', arguments: { text: 'hello' } })).toEqual({ output: { text: 'hello' } });
});

test('a tool of the catalogue runs on its own queue', async () => {
  expect(await called({ tool: 'list', arguments: { a: 1 } })).toEqual({ output: { given: [{ a: 1 }] } });
});

test('a tool of an upstream is one of those that a gateway has listed, and each call has a key of its own', async () => {
  const caller = { tenant: 'acme', subject: 'nightly' };
  const call = { tool: `${shop.name}_sell`, arguments: { pears: 2 }, caller };
  const relayed = { result: { content: [{ type: 'text', text: '{"pears":2}' }] } };
  expect(await called(call)).toMatchObject({ output: relayed });
  expect(await called(call)).toMatchObject({ output: relayed });
  expect(shop.calls).toMatchObject([{ tool: 'sell' }, { tool: 'sell' }]);
  const [one, other] = shop.calls as [UpstreamRequest, UpstreamRequest];
  expect(one.key).not.toBe(other.key);
  expect(one.caller).toBe(other.caller);
});

test('a tool that is misspelt, and arguments that do not fit, are told in words', async () => {
  expect(await called({ tool: 'ecko', arguments: {} })).toMatchObject({
    type: 'invalid_input',
    message: expect.stringContaining('did you mean echo?') as unknown,
  });
  expect(await called({ tool: 'echo', arguments: { txt: 'x' } })).toMatchObject({
    type: 'invalid_input',
    message: expect.stringContaining('txt: there is no such argument (did you mean text?)') as unknown,
  });
});

test('the failure of a tool keeps its type, its words and its details', async () => {
  const { path, open } = newLedger();
  open('a');
  const failed = await called({ tool: 'charge', arguments: { ledger: path, steps: ['a'], fail: 'a' } });
  expect(failed).toMatchObject({ type: 'refused', details: [{ sideEffect: 'none', of: 1 }] });
});

test('its job has the policy, the caller and the search attributes of a call through the gateway', async () => {
  const workflowId = `caller-${randomUUID()}`;
  await called({ tool: 'echo', arguments: { text: 'x' }, caller: { tenant: 'acme', subject: 'nightly' } }, workflowId);
  const { raw } = await temporal.workflow.getHandle(workflowId).describe();
  expect(raw.workflowExecutionInfo?.type?.name).toBe('callFromOutside');
  const { events } = await temporal.workflow.getHandle(workflowId).fetchHistory();
  const child = events?.find((event) => event.childWorkflowExecutionStartedEventAttributes);
  const callId = child?.childWorkflowExecutionStartedEventAttributes?.workflowExecution?.workflowId ?? '';
  const { memo, typedSearchAttributes } = await temporal.workflow.getHandle(`${callId}/echo`).describe();
  expect(memo?.['holdfast']).toMatchObject({
    tool: 'echo',
    caller: { tenant: 'acme', subject: 'nightly' },
    policy: { attempts: 5 },
    args: '{"text":"x"}',
  });
  expect(Object.fromEntries(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]))).toMatchObject({
    HoldfastTenant: 'acme',
    HoldfastTool: 'echo',
  });
});
