/** Workflows of somebody else, which know nothing of us, called through the gateway: started there, and steered while they run. */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import type { Client as McpClient } from '@modelcontextprotocol/client';
import { catalogOf, ownNamespace, startCatalogWorker } from '../../fixtures/catalog';
import { eventually } from '../../fixtures/eventually';
import { startForeignWorker } from '../../fixtures/foreign-worker';
import { ownTemporal } from '../../fixtures/processes';
import { connectV2, dataOf, newTenant, startTestGateway, textOf } from '../../fixtures/stack';
import type { TestWorker } from '../../fixtures/stack';
import type { TemporalServer } from '../../../cli/engine/server';
import type { Gateway } from '../../../gateway/gateway';

const QUEUE = `orders-${randomUUID()}`;
const ELSEWHERE = `elsewhere-${randomUUID()}`;

const order = {
  type: 'object',
  properties: { order: { type: 'string' }, fail: { type: 'string' } },
  required: ['order'],
};
const price = {
  type: 'object',
  properties: { amount: { type: 'number' }, currency: { type: 'string' } },
  required: ['amount', 'currency'],
};
const text = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] };
const withId = {
  type: 'object',
  properties: { number: { type: 'integer' }, text: { type: 'string' } },
  required: ['number', 'text'],
};
const plain = { description: 'Does something to an order.' };
const others = { ...plain, workflow: 'fulfilOrder', start: false as const };

const catalog = catalogOf({
  fulfil: { ...plain, workflow: 'fulfilOrder', queue: QUEUE, input: order, policy: { wait: '1 s' } },
  fulfil_elsewhere: {
    ...plain,
    workflow: 'fulfilOrder',
    queue: QUEUE,
    namespace: ELSEWHERE,
    input: order,
    policy: { wait: '1 s' },
  },
  fulfil_nowhere: { ...plain, workflow: 'fulfilOrder', queue: QUEUE, namespace: 'nowhere', input: order },
  fulfil_allowed: { ...plain, workflow: 'fulfilOrder', queue: QUEUE, input: order, policy: { approval: 'required' } },
  wait_elsewhere: { ...plain, workflow: 'waitForEnd', queue: QUEUE, namespace: ELSEWHERE, policy: { wait: '1 s' } },
  list: {
    ...plain,
    workflow: 'listArguments',
    queue: QUEUE,
    input: { type: 'object', properties: { a: {}, b: {}, c: {} } },
    args: ['a', 'b', 'c'],
    output: { type: 'object', properties: { given: { type: 'array', maxItems: 2 } }, required: ['given'] },
  },
  ship: { ...plain, workflow: 'fulfilOrder', signal: 'ship' },
  ship_elsewhere: { ...plain, workflow: 'fulfilOrder', signal: 'ship', namespace: ELSEWHERE },
  note: { ...others, signal: 'note', input: text, args: ['text'] },
  note_by_number: { ...others, signal: 'note', input: withId, args: ['text'], workflow_id: `${QUEUE}-{number}` },
  read_notes: { ...others, query: 'notes' },
  set_price: { ...others, update: 'price', input: price, args: ['amount', 'currency'] },
  shrug: { ...others, signal: 'note', workflow: 'listArguments', input: text, args: ['text'] },
});

let gateway: Gateway;
let workers: readonly TestWorker[];
let mcp: McpClient;
let temporal: Client;
let server: TemporalServer;
const tenants = [newTenant(), newTenant()];
const [own = newTenant(), other = newTenant()] = tenants;

beforeAll(async () => {
  server = await ownTemporal();
  const { address } = server;
  await ownNamespace(ELSEWHERE, address);
  workers = await Promise.all([
    startCatalogWorker(catalog, address),
    startForeignWorker(QUEUE, address),
    startForeignWorker(QUEUE, address, ELSEWHERE),
  ]);
  gateway = await startTestGateway({
    temporal: { connectionOptions: { address }, namespace: 'default' },
    catalog,
    webhooks: { allowedHosts: ['hooks.example'] },
    keys: tenants.flatMap(({ keys }) => keys),
  });
  mcp = await connectV2(gateway.url, own.headers);
  temporal = new Client({ connection: await Connection.connect({ address }) });
});

afterAll(async () => {
  await mcp.close();
  await gateway.stop();
  await temporal.connection.close();
  await Promise.all(workers.map((worker) => worker.stop()));
  await server.stop();
});

const call = (name: string, args: Record<string, unknown> = {}) => mcp.callTool({ name, arguments: args });
const jobIn = (result: unknown): string => String(dataOf(result)['job_id']);
/** Starts a workflow as somebody else does, without the gateway. */
async function startedByOthers(workflowId = `${QUEUE}-${randomUUID()}`): Promise<string> {
  await temporal.workflow.start('fulfilOrder', { workflowId, taskQueue: QUEUE, args: [{ order: 'o-1' }] });
  return workflowId;
}
const notesOf = (workflowId: string): Promise<unknown> => temporal.workflow.getHandle(workflowId).query('notes');
/** Waits until the job asks, answers, and has it shipped. */
async function answered(job: string, coupon: string): Promise<unknown> {
  await eventually('a question, and how far it is', async () => {
    const state = await call('job_wait', { job_ids: [job], timeout_s: 5 });
    return textOf(state).includes('Is there a coupon?') && JSON.stringify(dataOf(state)).includes('Packing');
  });
  await call('job_respond', { job_id: job, question: 'coupon', action: 'accept', content: { coupon } });
  return call('job_wait', { job_ids: [job], timeout_s: 30 });
}

test('a workflow of somebody else is a tool: it shows progress, asks a person, and returns what it returns', async () => {
  const begun = await call('fulfil', { order: 'o-1' });
  const ended = await answered(jobIn(begun), 'now');
  expect(textOf(ended)).toContain('"coupon": "now"');
});

test('a failure of a kind that the page names is told in the words of the workflow', async () => {
  const failed = await call('fulfil', { order: 'o-2', fail: 'invalid_input' });
  expect(failed).toMatchObject({ isError: true, structuredContent: { error: { kind: 'invalid_input' } } });
  expect(textOf(failed)).toContain('Order o-2 is not known.');
});

test('a failure of any other kind is broken, and its words are not passed on', async () => {
  const failed = await call('fulfil', { order: 'o-3', fail: 'Whatever' });
  expect(failed).toMatchObject({ isError: true, structuredContent: { error: { kind: 'broken' } } });
  expect(textOf(failed)).not.toContain('o-3');
});

test('arguments are checked against the schema of the operator before anything is started', async () => {
  const refused = await call('fulfil', { ordre: 'o-4' });
  expect(refused).toMatchObject({ isError: true, structuredContent: { status: 'rejected' } });
  expect(textOf(refused)).toContain('order: is required');
});

test('arguments go by position where the entry says so, and keep their places', async () => {
  expect(dataOf(await call('list', { b: 'two' }))).toEqual({ given: [null, 'two'] });
});

test('an output that does not fit its schema is text alone', async () => {
  const result = await call('list', { a: 1, b: 2, c: 3 });
  expect(dataOf(result)).toMatchObject({ status: 'done' });
  expect(textOf(result)).toContain('"given"');
});

test('a call that asks for a callback is run by a job of ours, which sends it', async () => {
  const _meta = { 'io.holdfast/callback': { url: 'https://hooks.example/ended' } };
  const begun = await mcp.callTool({ name: 'fulfil', arguments: { order: 'o-13' }, _meta });
  const [link = ''] = [begun._meta?.['io.holdfast/audit']];
  const { type } = await temporal.workflow
    .getHandle(decodeURIComponent(String(link).split('/').at(-1) ?? ''))
    .describe();
  expect(type).toBe('foreignRun');
  await call('job_cancel', { job_id: jobIn(begun) });
});

test('a namespace that the workers do not reach is told by its name', async () => {
  const failed = await call('fulfil_nowhere', { order: 'o-14' });
  expect(failed).toMatchObject({ structuredContent: { error: { kind: 'refused', side_effect: 'none' } } });
  expect(textOf(failed)).toContain('cannot reach the namespace nowhere');
});

describe('in another namespace', () => {
  test('a workflow is a job of ours there: progress, a question, its answer, its result', async () => {
    const begun = await call('fulfil_elsewhere', { order: 'o-5' });
    const ended = await answered(jobIn(begun), 'now');
    expect(textOf(ended)).toContain('"coupon": "now"');
  });

  test('its failure keeps its kind', async () => {
    const failed = await call('fulfil_elsewhere', { order: 'o-6', fail: 'refused' });
    expect(failed).toMatchObject({ structuredContent: { error: { kind: 'refused', side_effect: 'none' } } });
  });

  test('a job that is cancelled tells it to stop', async () => {
    const job = jobIn(await call('wait_elsewhere'));
    const there = new Client({ connection: temporal.connection, namespace: ELSEWHERE });
    const running = await eventually('a workflow that runs', async () => {
      for await (const found of there.workflow.list({ query: `WorkflowType = 'waitForEnd'` }))
        if (found.workflowId.includes(job)) return found;
      return undefined;
    });
    await call('job_cancel', { job_id: job });
    await eventually('its end', async () => {
      const { status } = await there.workflow.getHandle(running.workflowId).describe();
      return status.name === 'CANCELLED';
    });
  });

  test('a worker that is lost leaves it as it is: the next one follows it', async () => {
    const job = jobIn(await call('fulfil_elsewhere', { order: 'o-7' }));
    const [ours, ...theirs] = workers;
    await ours?.stop();
    workers = [await startCatalogWorker(catalog, server.address), ...theirs];
    const ended = await answered(job, 'now');
    expect(textOf(ended)).toContain('"order": "o-7"');
    const there = new Client({ connection: temporal.connection, namespace: ELSEWHERE });
    const { count } = await there.workflow.count(
      `WorkflowType = 'fulfilOrder' AND WorkflowId STARTS_WITH '${own.keys[0]?.tenant}'`,
    );
    expect(count).toBeLessThanOrEqual(3);
  });

  test('a job there is steered by the id of the job', async () => {
    const job = jobIn(await call('fulfil_elsewhere', { order: 'o-8' }));
    await call('ship_elsewhere', { job_id: job });
    expect(textOf(await call('job_wait', { job_ids: [job], timeout_s: 30 }))).toContain('"order": "o-8"');
  });
});

test('where a person has to allow it, the workflow is not started before', async () => {
  const asked = await call('fulfil_allowed', { order: 'o-9' });
  expect(textOf(asked)).toContain('fulfil_allowed wants to run with {"order":"o-9"}');
  const job = jobIn(asked);
  await call('job_respond', { job_id: job, question: 'q1', action: 'decline' });
  const ended = await call('job_wait', { job_ids: [job], timeout_s: 30 });
  expect(textOf(ended)).toContain('nothing was done');
});

describe('a workflow that runs is steered', () => {
  test('by the job of its caller, which ends with that', async () => {
    const job = jobIn(await call('fulfil', { order: 'o-10' }));
    expect(await call('ship', { job_id: job })).not.toHaveProperty('isError', true);
    expect(textOf(await call('job_wait', { job_ids: [job], timeout_s: 30 }))).toContain('"order": "o-10"');
  });

  test('not by somebody else, for whom it does not exist', async () => {
    const job = jobIn(await call('fulfil', { order: 'o-11' }));
    const stranger = await connectV2(gateway.url, other.headers);
    const ship = (job_id: string) => stranger.callTool({ name: 'ship', arguments: { job_id } });
    const unknown = 'job_0000000000000000';
    const [theirs, absent] = [await ship(job), await ship(unknown)];
    expect(theirs).toMatchObject({ structuredContent: { error: { kind: 'invalid_input' } } });
    const words = (result: unknown): string => textOf(result).replace(/^Job \S+/, '');
    expect(words(theirs).replaceAll(job, unknown)).toBe(words(absent));
    await stranger.close();
    await call('job_cancel', { job_id: job });
  });

  test('by its id, where others have started it: signals, queries and updates', async () => {
    const workflow_id = await startedByOthers();
    await call('note', { workflow_id, text: 'fragile' });
    expect(dataOf(await call('read_notes', { workflow_id }))).toEqual({ order: 'o-1', notes: ['fragile'] });
    expect(dataOf(await call('set_price', { workflow_id, amount: 7, currency: 'EUR' }))).toEqual({ total: 7 });
  });

  test('by an id that is made of arguments', async () => {
    const workflowId = await startedByOthers(`${QUEUE}-42`);
    await call('note_by_number', { number: 42, text: 'by number' });
    expect(await notesOf(workflowId)).toMatchObject({ notes: ['by number'] });
  });

  test('not where its type is another than the entry names, or a caller of ours has started it', async () => {
    const workflow_id = await startedByOthers();
    const job = jobIn(await call('fulfil', { order: 'o-12' }));
    const found = await eventually('the job', async () => {
      for await (const { workflowId } of temporal.workflow.list({ query: `HoldfastTenant = '${own.keys[0]?.tenant}'` }))
        if (workflowId.endsWith(job)) return workflowId;
      return undefined;
    });
    const stranger = await connectV2(gateway.url, other.headers);
    const note = { name: 'note', arguments: { workflow_id: found, text: 'x' } };
    for (const refused of [await call('shrug', { workflow_id, text: 'x' }), await stranger.callTool(note)])
      expect(refused).toMatchObject({ structuredContent: { error: { kind: 'invalid_input' } } });
    await stranger.close();
    expect(await notesOf(workflow_id)).toMatchObject({ notes: [] });
    expect(await notesOf(found)).toMatchObject({ notes: [] });
    await call('job_cancel', { job_id: job });
  });

  test('an update that is refused is told in words that are marked as the workflow’s own', async () => {
    const workflow_id = await startedByOthers();
    const failed = await call('set_price', { workflow_id, amount: -1, currency: 'EUR' });
    expect(failed).toMatchObject({ structuredContent: { error: { kind: 'refused' } } });
    expect(textOf(failed)).toContain('In its own words: "no EUR below zero"');
  });
});
