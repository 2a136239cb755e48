/** What an operator reads of a worker: the SDK's lines in the worker's form, with their job, and the jobs that it has counted. */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { freePort } from '../../cli/engine/ports';
import { createLog } from '../../config/log';
import { installRuntime } from '../../worker/runtime';
import { startWorker } from '../../worker/worker';
import { activities } from '../fixtures/activities';
import { eventually } from '../fixtures/eventually';
import { newLedger } from '../fixtures/ledger';
import { ownTemporal } from '../fixtures/processes';
import { run } from '../fixtures/stack';

const CANARY = `canary${randomUUID().replaceAll('-', '')}`;
const lines: string[] = [];
const stuck = new Map<string, unknown>();
let port: number;
let worker: Awaited<ReturnType<typeof startWorker>>;
let connection: Connection;
let temporal: Awaited<ReturnType<typeof ownTemporal>>;

beforeAll(async () => {
  temporal = await ownTemporal();
  port = await freePort(0);
  installRuntime(
    createLog('holdfast-worker', 'info', { write: (line) => void lines.push(line) }),
    { host: '127.0.0.1', port },
    (job, error) => stuck.set(job, error),
  );
  const queues = [{ name: 'narrow', concurrentSteps: 1, perSecond: undefined }];
  worker = await startWorker(
    {
      temporal: { connectionOptions: { address: temporal.address }, namespace: 'default' },
      concurrentSteps: 10,
      drainMs: 1_000,
      queues,
    },
    { bundle: run().bundle, activities },
  );
  connection = await Connection.connect({ address: temporal.address });
});
afterAll(async () => {
  worker.stop();
  await worker.done;
  await connection.close();
  await temporal.stop();
});

/** Starts a workflow as a job of the tenant acme, and waits for its end. Returns its job id. */
async function ended(type: string, input: object, memo: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const job = `job_${randomUUID()}`;
  const handle = await new Client({ connection }).workflow.start(type, {
    taskQueue: 'holdfast',
    workflowId: `acme/tag/${job}`,
    workflowExecutionTimeout: '3s',
    args: [input],
    memo: { holdfast: { tool: type, ...memo } },
  });
  await handle.result().catch(() => undefined);
  return job;
}

const told = (job: string, from: string): Promise<Record<string, unknown>> =>
  eventually(`a line of ${from} about ${job}`, () =>
    lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .find((line) => line['job'] === job && line['from'] === from),
  );

test('a worker knows what it polls for', () => {
  expect(worker.polls).toMatchObject({ namespace: 'default', queues: ['holdfast', 'holdfast.narrow'] });
});

test("an error in a workflow's code is told with its message, its stack and its job, by the SDK and by its core", async () => {
  const job = await ended('stumble', {});
  expect(await told(job, 'worker')).toMatchObject({
    level: 'warn',
    tenant: 'acme',
    runId: expect.any(String),
    error: { type: 'TypeError', message: 'A bug.', stack: expect.stringContaining('workflows.ts') },
  });
  expect(await told(job, 'core')).toMatchObject({ level: 'warn', tenant: 'acme', msg: 'Failing workflow task' });
  expect(stuck.get(job)).toMatchObject({ message: 'A bug.' });
});

test('what a step was given, and what it said of it, is in no line', async () => {
  const ledger = newLedger();
  await ended('walk', { ledger: ledger.path, steps: [CANARY], fail: CANARY });
  const job = await ended('singleStep', { step: 'nobodyKnowsIt', input: { text: CANARY } });
  expect(await told(job, 'worker')).toMatchObject({ level: 'error', activityType: 'nobodyKnowsIt' });
  expect(lines.join('')).not.toContain(CANARY);
  expect(lines.join('')).not.toContain(Buffer.from(JSON.stringify({ text: CANARY })).toString('base64'));
});

test('a job whose step fails is not one that cannot go on', async () => {
  const job = await ended('singleStep', { step: 'nobodyKnowsIt', input: {} });
  await told(job, 'worker');
  expect(stuck.has(job)).toBe(false);
});

test('there is no warning of a half that is missing on purpose', () => {
  expect(lines.join('')).not.toContain('registered when creating');
});

test('jobs are counted when they end, by tool and outcome, also those that nobody waits for', async () => {
  await ended('echo', { text: CANARY });
  const text = await eventually('a job that was counted', async () => {
    const read = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return read.includes('tool="echo"') && read;
  });
  expect(text).toMatch(/^holdfast_jobs_total\{.*outcome="done".*tool="echo".*\} 1$/m);
  expect(text).toMatch(/^holdfast_job_seconds_count\{.*tool="echo".*\} 1$/m);
  expect(text).not.toContain(CANARY);
});

test('the time of a job counts from when it could begin, where it was put off', async () => {
  const [hourAgo, now] = [new Date(Date.now() - 3_600_000).toISOString(), new Date().toISOString()];
  await ended('echo', { text: 'x' }, { tool: 'put_off', at: hourAgo, begins: now });
  const seconds = await eventually('a job that was counted', async () => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return /^holdfast_job_seconds_sum\{.*tool="put_off".*\} (\S+)$/m.exec(text)?.[1];
  });
  expect(Number(seconds)).toBeLessThan(60);
});
