import type { Client } from '@modelcontextprotocol/client';
import type { Gateway } from '../../../gateway/gateway';
import { eventually } from '../../fixtures/eventually';
import { connectV2, dataOf, startTestGateway, startTestWorker, textOf } from '../../fixtures/stack';
import type { TestWorker } from '../../fixtures/stack';

let gateway: Gateway;
let worker: TestWorker;
let client: Client;

beforeAll(async () => {
  [gateway, worker] = await Promise.all([startTestGateway(), startTestWorker()]);
  client = await connectV2(gateway.url);
});
afterAll(async () => {
  await client.close();
  await Promise.all([gateway.stop(), worker.stop()]);
});

const asked = async (): Promise<unknown> => dataOf(await client.callTool({ name: 'greet', arguments: {} }))['job_id'];
const respond = (job_id: unknown, answer: Record<string, unknown>): Promise<unknown> =>
  client.callTool({ name: 'job_respond', arguments: { job_id, question: 'q1', ...answer } });
const outcome = async (job_id: unknown): Promise<unknown> =>
  dataOf(await client.callTool({ name: 'job_wait', arguments: { job_ids: [job_id] } }));

test('a job that asks a person says what to ask and how to answer, without waiting for patience to end', async () => {
  const result = await client.callTool({ name: 'greet', arguments: {} });
  expect(result.isError).toBeFalsy();
  expect(dataOf(result)).toMatchObject({
    status: 'input_required',
    questions: [{ key: 'q1', message: 'What is your name?' }],
  });
  expect(textOf(result)).toContain('What is your name?');
  expect(textOf(result)).toContain('Ask the user; do not decide for them.');
  expect(textOf(result)).toMatch(
    /job_respond\(\{"job_id":"job_\w+","question":"q1","action":"accept","content":\{\}\}\)/,
  );
});

test('an answer that fits lets the job go on', async () => {
  const id = await asked();
  await respond(id, { content: { name: 'Ada' } });
  expect(await outcome(id)).toEqual({ greeting: 'Hello, Ada!' });
});

test('an answer that does not fit the schema is refused, and the question stays open', async () => {
  const id = await asked();
  const refused = await respond(id, { content: { nom: 'Ada' } });
  expect(textOf(refused)).toContain("does not fit the question's schema");
  await respond(id, { content: { name: 'Ada' } });
  expect(await outcome(id)).toEqual({ greeting: 'Hello, Ada!' });
});

test('a job that waits for an answer is listed as such', async () => {
  const id = await asked();
  await eventually('the job in the list as one that waits for input', async () => {
    const answer = await client.callTool({ name: 'job_list', arguments: { tool: 'greet', running: true, limit: 50 } });
    const { jobs } = dataOf(answer) as { jobs: { job_id: unknown; status: string }[] };
    return jobs.some(({ job_id, status }) => job_id === id && status === 'input_required');
  });
  await respond(id, { action: 'decline' });
});

test('declining is an answer', async () => {
  const id = await asked();
  await respond(id, { action: 'decline' });
  expect(await outcome(id)).toEqual({ greeting: 'Nobody there (decline).' });
});

test.each([null, { name: 'Ada' }, 'no'])('declining with the content %j is declining', async (content) => {
  const id = await asked();
  await respond(id, { action: 'decline', content });
  expect(await outcome(id)).toEqual({ greeting: 'Nobody there (decline).' });
});

test('an acceptance whose content is no object is refused, and the question stays open', async () => {
  const id = await asked();
  expect(await respond(id, { action: 'accept', content: 'Ada' })).toMatchObject({ isError: true });
  await respond(id, { action: 'accept', content: { name: 'Ada' } });
  expect(await outcome(id)).toEqual({ greeting: 'Hello, Ada!' });
});

test('a second answer to the same question changes nothing and says so', async () => {
  const id = await asked();
  await respond(id, { content: { name: 'Ada' } });
  expect(await outcome(id)).toEqual({ greeting: 'Hello, Ada!' });
  const late = await respond(id, { content: { name: 'Bob' } });
  expect(textOf(late)).toContain('has no open question "q1"');
  expect(await outcome(id)).toEqual({ greeting: 'Hello, Ada!' });
});

test('an answer is kept while no worker is up', async () => {
  const id = await asked();
  await worker.stop();
  await respond(id, { content: { name: 'Grace' } });
  worker = await startTestWorker();
  expect(await outcome(id)).toEqual({ greeting: 'Hello, Grace!' });
});
