/** Answers around the moment at which their question expires, on a Temporal whose workers no other test shares. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import type { TemporalServer } from '../../cli/engine/server';
import { createIds } from '../../gateway/ids';
import type { Jobs } from '../../gateway/jobs/jobs';
import { createRespond } from '../../gateway/call/respond';
import { newView } from '../../gateway/jobs/view';
import { DEFAULT_POLICY, MEMO_JOB, SIGNAL_ANSWER, TASK_QUEUE } from '../../workflows/contract';
import type { Answer, Question } from '../../workflows/contract';
import { eventually } from '../fixtures/eventually';
import { ownTemporal } from '../fixtures/processes';
import { startTestWorker } from '../fixtures/stack';

const ASK_MS = 2_000;

let temporal: TemporalServer;
let client: Client;

beforeAll(async () => {
  temporal = await ownTemporal();
  client = new Client({ connection: await Connection.connect({ address: temporal.address }) });
});
afterAll(async () => {
  await client.connection.close();
  await temporal.stop();
});

/** Starts a job that asks for a name, and stops its worker once it has asked. */
async function asked(): Promise<{ readonly handle: WorkflowHandle; readonly question: Question }> {
  const worker = await startTestWorker({}, temporal.address);
  const policy = { ...DEFAULT_POLICY, askMs: ASK_MS };
  const handle = await client.workflow.start('greet', {
    taskQueue: TASK_QUEUE,
    workflowId: randomUUID(),
    args: [{}],
    memo: { [MEMO_JOB]: { tool: 'greet', caller: { tenant: 't', subject: 's' }, policy, argsHash: '' } },
  });
  const question = await eventually(
    'a question',
    async () => (((await handle.describe()).memo?.['questions'] ?? []) as Question[])[0],
  );
  await worker.stop();
  return { handle, question };
}

async function outcome(handle: WorkflowHandle): Promise<unknown> {
  const worker = await startTestWorker({}, temporal.address);
  return handle.result().finally(() => worker.stop());
}

/** Until the question has expired by the clock, which is all that tells of it: no worker is up. */
const expiry = (): Promise<void> => pause(ASK_MS + 500);

const named = (at?: string): Answer => ({
  key: 'q1',
  action: 'accept',
  content: { name: 'Ada' },
  ...(at !== undefined && { at }),
});

test('an answer that comes after its question expired does not count, though a worker learns of both at once', async () => {
  const { handle } = await asked();
  await expiry();
  await handle.signal(SIGNAL_ANSWER, named());
  expect(await outcome(handle)).toEqual({ greeting: 'Nobody there (expired).' });
});

test('an answer that came in time counts, however late a worker learns of it', async () => {
  const { handle } = await asked();
  await handle.signal(SIGNAL_ANSWER, named(new Date().toISOString()));
  await expiry();
  expect(await outcome(handle)).toEqual({ greeting: 'Hello, Ada!' });
});

test('the gateway takes no answer to a question that has expired', async () => {
  const taken: Answer[] = [];
  const jobs = {
    respond: (_ref: unknown, answer: Answer) => Promise.resolve(void taken.push(answer)),
    partial: () => Promise.resolve(undefined),
  } as unknown as Jobs;
  const ref = createIds('x'.repeat(32)).newRef({ tenant: 't', subject: 's' }, 'greet', undefined);
  const respond = (expiresAt: number): Promise<unknown> => {
    const question: Question = {
      key: 'q1',
      message: 'Who?',
      schema: { type: 'object', properties: {} },
      expiresAt: new Date(expiresAt).toISOString(),
    };
    const view = { ...newView(ref, 'greet', DEFAULT_POLICY), questions: [question] };
    return createRespond(jobs)(view, 'q1', { action: 'accept', content: {} });
  };
  expect(await respond(Date.now() - 1)).toEqual({ kind: 'closed' });
  expect(taken).toEqual([]);
  expect(await respond(Date.now() + 10_000)).toEqual({ kind: 'taken' });
  expect(taken).toMatchObject([{ key: 'q1', action: 'accept', at: expect.any(String) as unknown }]);
});
