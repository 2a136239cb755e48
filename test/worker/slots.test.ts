/** A worker's places for steps, on the real engine: whatever a step does, its place is free again. */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { step } from '../../activities/step';
import { DEFAULT_POLICY, MEMO_JOB, TASK_QUEUE } from '../../workflows/contract';
import type { JobMemo } from '../../workflows/contract';
import { run, startTestWorker } from '../fixtures/stack';
import type { TestWorker } from '../fixtures/stack';

const ONE = { name: 'slots', concurrentSteps: 1, perSecond: undefined };

let worker: TestWorker;
let client: Client;
let begun: () => void;

beforeAll(async () => {
  const deaf = step(() => {
    begun();
    return new Promise(() => undefined);
  });
  worker = await startTestWorker({ deaf }, run().address, [ONE]);
  client = new Client({ connection: await Connection.connect({ address: run().address }) });
});
afterAll(async () => {
  await worker.stop();
  await client.connection.close();
});

/** A job of one step in the one place that there is. */
function start(name: string, input: object, stepTimeoutMs: number): Promise<WorkflowHandle> {
  const policy = { ...DEFAULT_POLICY, queue: ONE.name, attempts: 1, stepTimeoutMs };
  const memo: JobMemo = { tool: name, caller: { tenant: 't', subject: 's' }, policy, argsHash: '' };
  return client.workflow.start('singleStep', {
    taskQueue: TASK_QUEUE,
    workflowId: randomUUID(),
    args: [{ step: name, input }],
    memo: { [MEMO_JOB]: memo },
  });
}

test.each([
  ['runs out of time', 1_000, () => Promise.resolve({})],
  ['is cancelled', 600_000, (job: WorkflowHandle) => job.cancel()],
])('a step that %s and does not heed it gives its place to the next', async (_what, timeoutMs, end) => {
  const running = new Promise<void>((resolve) => (begun = resolve));
  const job = await start('deaf', {}, timeoutMs);
  await running;
  await end(job);
  await expect(job.result()).rejects.toThrow();
  const next = await start('fill', { characters: 3 }, 600_000);
  expect(await next.result()).toBe('xxx');
});
