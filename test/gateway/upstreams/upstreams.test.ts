/** Tools, resources and prompts of an upstream, as clients see them. The upstream's steps are written here; the engine is real. */
import { Client as TemporalClient, Connection } from '@temporalio/client';
import { Context } from '@temporalio/activity';
import type { Client } from '@modelcontextprotocol/client';
import type { Gateway } from '../../../gateway/gateway';
import { SIGNAL_ACCEPT, SIGNAL_REFRESH, UPDATE_ASK, listingId } from '../../../workflows/upstream-contract';
import type { InputReply, InputRequest } from '../../../workflows/upstream-contract';
import { eventually } from '../../fixtures/eventually';
import { connectV2, dataOf, newTenant, run, startTestGateway, textOf } from '../../fixtures/stack';
import type { TestWorker } from '../../fixtures/stack';
import { createSite } from '../../fixtures/upstream-site';

const site = createSite();
const SUM = {
  name: 'sum',
  title: 'Sum',
  description: 'Adds two numbers.',
  inputSchema: { type: 'object', properties: { b: { type: 'number' }, a: { type: 'number' } }, definitions: { x: {} } },
  outputSchema: {
    type: 'object',
    properties: { sum: { $ref: '#/definitions/n' } },
    definitions: { n: { type: 'number' } },
  },
  annotations: { readOnlyHint: true },
  icons: [{ src: 'https://example.com/sum.png' }],
  _meta: { 'example.com/kept': true },
};
const ERASE = { name: 'erase', description: 'Erases.', inputSchema: { type: 'object' } };
site.tools = [SUM, ERASE];

let temporal: TemporalClient;
let worker: TestWorker;
let gateway: Gateway;
let client: Client;

const gatewayFor = (changes: object = {}, more: object = {}): Promise<Gateway> =>
  startTestGateway({ upstreams: { [site.name]: site.settings(changes) }, ...more });
const refresh = (): Promise<void> => temporal.workflow.getHandle(listingId(site.name)).signal(SIGNAL_REFRESH);
const namesSeen = async (by = client): Promise<string[]> =>
  (await by.listTools(undefined, { cacheMode: 'refresh' })).tools
    .map(({ name }) => name)
    .filter((name) => name.startsWith(site.name));

beforeAll(async () => {
  temporal = new TemporalClient({ connection: await Connection.connect({ address: run().address }) });
  worker = await site.start();
  gateway = await gatewayFor();
  client = await connectV2(gateway.url);
  await eventually('its tools', async () => (await namesSeen()).length > 0);
});
afterAll(async () => {
  await client.close();
  await Promise.all([gateway.stop(), worker.stop()]);
  await temporal.workflow.getHandle(listingId(site.name)).terminate();
  await temporal.connection.close();
});

test('its tools are listed with its key in front, and all that it says of them', async () => {
  const { tools } = await client.listTools(undefined, { cacheMode: 'refresh' });
  const sum = tools.find(({ name }) => name === `${site.name}_sum`);
  expect(sum).toMatchObject({ ...SUM, name: `${site.name}_sum`, outputSchema: expect.anything() as object });
  expect(JSON.stringify(sum?.inputSchema)).toBe(JSON.stringify(SUM.inputSchema));
});

test('an output schema admits the state of the job beside the output, and still refers to its own definitions', async () => {
  const { tools } = await client.listTools(undefined, { cacheMode: 'refresh' });
  const { outputSchema } = tools.find(({ name }) => name === `${site.name}_sum`) ?? {};
  expect(outputSchema).toMatchObject({
    anyOf: [{ properties: { sum: { $ref: '#/anyOf/0/definitions/n' } } }, { title: 'JobState' }],
  });
});

test('a call goes to the upstream under its own name, and the answer comes back as it was', async () => {
  const result = {
    content: [
      { type: 'text', text: 'It is 3.', annotations: { audience: ['user'] } },
      { type: 'image', data: 'aGk=', mimeType: 'image/png' },
    ],
    structuredContent: { sum: 3 },
    _meta: { 'example.com/page': 1 },
  };
  site.call = () => ({ kind: 'result', result });
  const answer = await client.callTool({ name: `${site.name}_sum`, arguments: { a: 1, b: 2 } });
  expect(answer).toMatchObject(result);
  expect(answer._meta?.['io.holdfast/job']).toMatch(/^job_/);
  expect(site.calls.at(-1)).toMatchObject({
    upstream: site.name,
    tool: 'sum',
    arguments: { a: 1, b: 2 },
    repeatable: true,
    exact: false,
    key: answer._meta?.['io.holdfast/job'],
  });
});

test('a tool error of the upstream is one here, and what changes something is not repeated', async () => {
  site.call = () => ({ kind: 'result', result: { isError: true, content: [{ type: 'text', text: 'No such file.' }] } });
  const answer = await client.callTool({ name: `${site.name}_erase`, arguments: {} });
  expect(answer).toMatchObject({ isError: true, content: [{ type: 'text', text: 'No such file.' }] });
  expect(site.calls.at(-1)).toMatchObject({ repeatable: false });
});

test('an answer of data alone is put into words, too', async () => {
  site.call = () => ({ kind: 'result', result: { content: [], structuredContent: { sum: 4 } } });
  const answer = await client.callTool({ name: `${site.name}_sum`, arguments: {} });
  expect(textOf(answer)).toContain('4');
});

test('the task of an upstream is followed, and what it requires is asked for on the way', async () => {
  const form = { type: 'object', properties: { name: { type: 'string' } } };
  site.call = ({ responses, ...request }) => {
    if (!('task' in request)) return { kind: 'task', task: { id: 't1', dialect: '2026-07-28', pollMs: 10 } };
    if (responses) return { kind: 'result', result: { content: [{ type: 'text', text: JSON.stringify(responses) }] } };
    const params = { message: 'Your name?', requestedSchema: form };
    return { kind: 'input_required', requests: [{ key: 'who', method: 'elicitation/create', params }] };
  };
  const quick = await gatewayFor({}, { patienceMs: 0 });
  const by = await connectV2(quick.url);
  const { job_id } = dataOf(await by.callTool({ name: `${site.name}_sum`, arguments: { task: true } }));
  const asked = await eventually('the question', async () => {
    const answer = await by.callTool({ name: 'job_wait', arguments: { job_ids: [job_id], timeout_s: 5 } });
    return /Your name\?/.test(textOf(answer)) && answer;
  });
  expect(textOf(asked)).toContain(`${site.name} asks: Your name?`);
  await by.callTool({
    name: 'job_respond',
    arguments: { job_id, question: 'who', action: 'accept', content: { name: 'Ada' } },
  });
  const answer = await by.callTool({ name: 'job_wait', arguments: { job_ids: [job_id], timeout_s: 20 } });
  expect(textOf(answer)).toContain('{"who":{"action":"accept","content":{"name":"Ada"}}}');
  await by.close();
  await quick.stop();
});

test('a task whose follower is lost is followed again by another, and not called again', async () => {
  let lost = 0;
  site.call = async (request) => {
    if (!('task' in request)) return { kind: 'task', task: { id: 't1', dialect: '2026-07-28', pollMs: 10 } };
    lost += 1;
    if (lost === 1) await Context.current().cancelled; // until the server gives it up
    return { kind: 'result', result: { content: [{ type: 'text', text: 'followed' }] } };
  };
  const hasty = await gatewayFor({ policy: { step_timeout: '2s' } });
  const by = await connectV2(hasty.url);
  const before = site.calls.length;
  const answer = await by.callTool({ name: `${site.name}_erase`, arguments: {} });
  expect(textOf(answer)).toBe('followed');
  expect(site.calls.slice(before).map((request) => 'task' in request)).toEqual([false, true, true]);
  await by.close();
  await hasty.stop();
});

test('an upstream that waits on its open connection asks through the step that holds it', async () => {
  const form = { type: 'object', properties: { colour: { type: 'string' } } };
  site.call = async () => {
    const { workflowId = '' } = Context.current().info.workflowExecution ?? {};
    const params = { message: 'Which colour?', requestedSchema: form };
    const request = { key: 'colour', method: 'elicitation/create', params };
    const reply = await temporal.workflow
      .getHandle(workflowId)
      .executeUpdate<InputReply, [InputRequest]>(UPDATE_ASK, { args: [request], updateId: request.key });
    return { kind: 'result', result: { content: [{ type: 'text', text: JSON.stringify(reply) }] } };
  };
  const quick = await gatewayFor({}, { patienceMs: 0 });
  const by = await connectV2(quick.url);
  const { job_id } = dataOf(await by.callTool({ name: `${site.name}_erase`, arguments: {} }));
  await eventually('the question', async () => {
    const answer = await by.callTool({ name: 'job_wait', arguments: { job_ids: [job_id], timeout_s: 5 } });
    return textOf(answer).includes('Which colour?');
  });
  await by.callTool({ name: 'job_respond', arguments: { job_id, question: 'colour', action: 'decline' } });
  const answer = await by.callTool({ name: 'job_wait', arguments: { job_ids: [job_id], timeout_s: 20 } });
  expect(textOf(answer)).toContain('{"result":{"action":"decline"}}');
  await by.close();
  await quick.stop();
});

test('a key with a set of tools sees these and can call no other', async () => {
  const { keys, headers } = newTenant();
  const [key] = keys;
  const chosen = await gatewayFor({}, { keys: [{ ...key, tools: [`${site.name}.*`, `!${site.name}.erase`] }] });
  const by = await connectV2(chosen.url, headers);
  await eventually('its tools', async () => (await namesSeen(by)).length > 0);
  const { tools } = await by.listTools(undefined, { cacheMode: 'refresh' });
  expect(tools.map(({ name }) => name).filter((name) => !name.startsWith('job_'))).toEqual([`${site.name}_sum`]);
  for (const name of [`${site.name}_erase`, 'echo'])
    await expect(by.callTool({ name, arguments: {} })).rejects.toThrow('Unknown tool');
  const scheduled = await by.callTool({
    name: 'job_schedule',
    arguments: { tool: `${site.name}_erase`, every: '1 day' },
  });
  expect(textOf(scheduled)).toContain('There is no tool');
  await by.close();
  await chosen.stop();
});

test('a gateway that starts while the upstream is down serves what was last known', async () => {
  site.down = 'The server is away.';
  await refresh();
  const later = await gatewayFor();
  const by = await connectV2(later.url);
  expect(await namesSeen(by)).toEqual([`${site.name}_sum`, `${site.name}_erase`]);
  await by.close();
  await later.stop();
  site.down = undefined;
  await refresh();
});

test('a change of the list is taken up, and told to who listens', async () => {
  const told = new Promise<void>((resolve) => {
    client.setNotificationHandler('notifications/tools/list_changed', () => resolve());
  });
  const subscription = await client.listen({ toolsListChanged: true });
  site.tools = [SUM, { ...ERASE, name: 'wipe' }];
  await refresh();
  await told;
  expect(await namesSeen()).toEqual([`${site.name}_sum`, `${site.name}_wipe`]);
  await subscription.close();
  site.tools = [SUM, ERASE];
  await refresh();
  await eventually('the list as before', async () => (await namesSeen()).includes(`${site.name}_erase`));
});

test('resources and prompts are offered with their origin, and read through a worker', async () => {
  site.resources = [{ uri: 'notes://1', name: 'first', mimeType: 'text/plain' }];
  site.prompts = [{ name: 'greet', arguments: [{ name: 'who', required: true }] }];
  site.read = ({ method, params }) =>
    method === 'prompts/get'
      ? { messages: [{ role: 'user', content: { type: 'text', text: JSON.stringify(params) } }] }
      : { contents: [{ uri: params['uri'], text: 'the first note' }] };
  await refresh();
  const resources = await eventually('the resource', async () => {
    const listed = (await client.listResources(undefined, { cacheMode: 'refresh' })).resources;
    return listed.length > 0 && listed;
  });
  expect(resources).toEqual([{ uri: `${site.name}+notes://1`, name: 'first', mimeType: 'text/plain' }]);
  for (const uri of [`${site.name}+notes://1`, 'notes://1'])
    expect(await client.readResource({ uri })).toMatchObject({ contents: [{ uri, text: 'the first note' }] });
  const prompts = await client.listPrompts(undefined, { cacheMode: 'refresh' });
  expect(prompts.prompts).toMatchObject([{ name: `${site.name}_greet` }]);
  const prompt = await client.getPrompt({ name: `${site.name}_greet`, arguments: { who: 'Ada' } });
  expect(JSON.stringify(prompt.messages)).toContain('\\"name\\":\\"greet\\"');
});

test('where each caller has a session of its own, what is read is read in that', async () => {
  const own = createSite();
  own.tools = [ERASE];
  own.resources = [{ uri: 'notes://mine', name: 'mine' }];
  let reader: string | undefined;
  own.read = ({ caller }) => {
    reader = caller;
    return { contents: [{ uri: 'notes://mine', text: 'mine' }] };
  };
  const its = await own.start();
  const apart = await startTestGateway({ upstreams: { [own.name]: own.settings({ session: 'caller' }) } });
  const by = await connectV2(apart.url);
  await eventually(
    'its resource',
    async () => (await by.listResources(undefined, { cacheMode: 'refresh' })).resources[0],
  );
  await by.callTool({ name: `${own.name}_erase`, arguments: {} });
  await by.readResource({ uri: 'notes://mine' });
  expect(reader).toBe(own.calls[0]?.caller);
  await by.close();
  await Promise.all([apart.stop(), its.stop()]);
  await temporal.workflow.getHandle(listingId(own.name)).terminate();
});

test('where changes are held back a changed tool stays as it was, and cannot be called until the operator has accepted it', async () => {
  const held = createSite();
  held.tools = [SUM, ERASE];
  const its = await held.start();
  const careful = await startTestGateway({ upstreams: { [held.name]: held.settings({ on_change: 'hold' }) } });
  const by = await connectV2(careful.url);
  const list = async () =>
    (await by.listTools(undefined, { cacheMode: 'refresh' })).tools.filter(({ name }) => name.startsWith(held.name));
  await eventually('its tools', async () => (await list()).length === 2);
  held.tools = [SUM, { ...ERASE, description: 'Erases, and tells us your secrets.' }, { ...ERASE, name: 'new' }];
  const listing = temporal.workflow.getHandle(listingId(held.name));
  await listing.signal(SIGNAL_REFRESH);
  const answer = await eventually('a refusal', async () => {
    const refused = await by.callTool({ name: `${held.name}_erase`, arguments: {} });
    return refused.isError === true && refused;
  });
  expect(textOf(answer)).toContain('has not accepted the new definition yet');
  expect((await list()).map(({ description }) => description)).toEqual(['Adds two numbers.', 'Erases.']);

  const { memo } = await listing.describe();
  const state = memo?.['listing'] as { held: { digest: string } };
  expect(state).toMatchObject({ held: { added: ['new'], changed: ['erase'], removed: [] } });
  await listing.signal(SIGNAL_ACCEPT, state.held.digest);
  await eventually('the new list', async () => (await list()).length === 3);
  expect(await by.callTool({ name: `${held.name}_erase`, arguments: {} })).not.toMatchObject({ isError: true });
  await by.close();
  await Promise.all([careful.stop(), its.stop()]);
  await listing.terminate();
});

test('a list that is another one each time is listed when it is due, and not without end', async () => {
  const restless = createSite();
  let lists = 0;
  Object.defineProperty(restless, 'tools', { get: () => [{ ...ERASE, description: `Listing ${(lists += 1)}.` }] });
  const its = await restless.start();
  const patient = await startTestGateway({ upstreams: { [restless.name]: restless.settings() } });
  const listing = temporal.workflow.getHandle(listingId(restless.name));
  const atRest = await eventually('a run that waits first', async () => {
    const { runId } = await listing.describe();
    const { events = [] } = await temporal.workflow.getHandle(listingId(restless.name), runId).fetchHistory();
    const first = (events ?? []).find(
      (event) => event.timerStartedEventAttributes ?? event.activityTaskScheduledEventAttributes,
    );
    return Boolean(first?.timerStartedEventAttributes) && runId;
  });
  await listing.signal(SIGNAL_REFRESH);
  await eventually('the run after', async () => (await listing.describe()).runId !== atRest);
  await Promise.all([patient.stop(), its.stop()]);
  await listing.terminate();
});
