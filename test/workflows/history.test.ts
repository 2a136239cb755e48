/** Jobs whose history gets too long for one run: with bounds that are reached soon, on a Temporal of their own. */
import { randomUUID } from 'node:crypto';
import { Client, Connection, WorkflowFailedError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, defaultPayloadConverter } from '@temporalio/common';
import { pino } from 'pino';
import type { TemporalServer } from '../../cli/engine/server';
import { startGateway } from '../../gateway/gateway';
import { DEFAULT_POLICY, KIT, MEMO_JOB, QUERY_PARTIAL, SIGNAL_ANSWER, TASK_QUEUE } from '../../workflows/contract';
import { idOf } from '../../workflows/step-ids';
import type { Batches, NextRun, JobMemo, Policy, Progress, Question } from '../../workflows/contract';
import { SHORT_BUDGET_MS, outOfBudget } from '../fixtures/budget';
import { changedBundle } from '../fixtures/bundle';
import { eventually } from '../fixtures/eventually';
import { newLedger } from '../fixtures/ledger';
import { ownTemporal } from '../fixtures/processes';
import { modern } from '../fixtures/raw';
import { configFor, run, startTestWorker } from '../fixtures/stack';
import type { TestWorker } from '../fixtures/stack';
import { tools } from '../fixtures/workflows/tools';

let temporal: TemporalServer;
let client: Client;
let worker: TestWorker;

beforeAll(async () => {
  temporal = await ownTemporal();
  client = new Client({ connection: await Connection.connect({ address: temporal.address }) });
  const bundle = changedBundle(run().bundle, 'EVENTS_MAX = 30000', 'EVENTS_MAX = 40');
  worker = await startTestWorker({}, temporal.address, [], { bundle });
});
afterAll(async () => {
  await Promise.all([client.connection.close(), worker.stop()]);
  await temporal.stop();
});

const start = (
  type: string,
  input: unknown,
  policy: Partial<Policy> = {},
  more: Partial<JobMemo> = {},
  args: readonly unknown[] = [],
) => {
  const memo: JobMemo = {
    tool: type,
    caller: { tenant: 't', subject: 's' },
    policy: { ...DEFAULT_POLICY, heartbeatMs: 2_000, ...policy },
    argsHash: '',
    kit: KIT,
    ...more,
  };
  const workflowId = randomUUID();
  return client.workflow.start(type, {
    taskQueue: TASK_QUEUE,
    workflowId,
    args: [input, ...args],
    memo: { [MEMO_JOB]: memo },
  });
};

const memoOf = async ({ workflowId }: WorkflowHandle): Promise<Record<string, unknown>> =>
  (await client.workflow.getHandle(workflowId).describe()).memo ?? {};

/** The histories of all runs of a job, the first one first. */
async function historiesOf({ workflowId }: WorkflowHandle) {
  const found = [];
  for (let runId: string | undefined; ;) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    found.unshift(events ?? []);
    runId = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? '';
    if (runId === '') return found;
  }
}

async function failureOf(handle: WorkflowHandle): Promise<ApplicationFailure> {
  const error: unknown = await handle.result().catch((reason: unknown) => reason);
  if (error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure) return error.cause;
  throw new Error('The workflow did not fail as a job fails.', { cause: error });
}

const TWENTY = Array.from({ length: 20 }, (_, n) => `step ${n}`);
const once = (names: readonly string[]): string[] => names.flatMap((name) => [`begin ${name}`, `end ${name}`]);

test.concurrent('a job with a long history goes on in new runs, and takes each step once', async () => {
  const ledger = newLedger();
  const handle = await start('walk', { ledger: ledger.path, steps: TWENTY });
  expect(await handle.result()).toEqual({ walked: TWENTY });
  expect(ledger.lines()).toEqual(once(TWENTY));
  expect((await historiesOf(handle)).length).toBeGreaterThan(3);
});

test.concurrent('its progress only grows', async () => {
  const handle = await start('walk', { ledger: newLedger().path, steps: TWENTY });
  await handle.result();
  const done = (await historiesOf(handle)).flat().flatMap(({ workflowPropertiesModifiedEventAttributes: change }) => {
    const payload = change?.upsertedMemo?.fields?.['progress'];
    return payload ? [defaultPayloadConverter.fromPayload<Progress>(payload).done] : [];
  });
  expect(done).toEqual([...done].sort((a, b) => a - b));
  expect(done.at(-1)).toBe(19);
});

test.concurrent('what it has found is there for readers in each run', async () => {
  const ledger = newLedger();
  const handle = await start('walk', { ledger: ledger.path, steps: [...TWENTY, 'gated'] });
  await ledger.written('begin gated');
  expect(await client.workflow.getHandle(handle.workflowId).query(QUERY_PARTIAL)).toEqual({ walked: TWENTY });
  expect((await memoOf(handle))['partial']).toEqual({ value: { walked: TWENTY } });
  ledger.open('gated');
  await handle.result();
});

test('a step that failed is not taken again', async () => {
  const ledger = newLedger();
  const handle = await start('stroll', { ledger: ledger.path, steps: ['no', ...TWENTY], fail: 'no' });
  expect(await handle.result()).toEqual({
    walked: ['no: refused: The step was told to fail.', ...TWENTY, 'time left'],
  });
  expect(ledger.count('begin no')).toBe(1);
});

test.concurrent('what came first of two steps comes first in each run', async () => {
  const ledger = newLedger();
  const handle = await start('compete', { ledger: ledger.path, steps: ['gated', 'quick', ...TWENTY] });
  await ledger.written('end quick');
  await eventually('the end of a step in the history', async () =>
    (await historiesOf(handle)).flat().some(({ activityTaskCompletedEventAttributes: done }) => done),
  );
  ledger.open('gated');
  expect(await handle.result()).toEqual({ walked: ['quick'] });
});

test.concurrent('a question stays open over runs, with its time, and its answer counts', async () => {
  const ledger = newLedger();
  const handle = await start('ponder', { ledger: ledger.path, steps: [...TWENTY, 'gated'] });
  const question = async () => ((await memoOf(handle))['questions'] as Question[] | undefined)?.[0];
  const asked = await eventually('a question', question);
  await ledger.written('begin gated');
  expect(await question()).toEqual(asked);
  await client.workflow.getHandle(handle.workflowId).signal(SIGNAL_ANSWER, { key: 'q1', action: 'decline' });
  ledger.open('gated');
  expect(await handle.result()).toEqual({ walked: [...TWENTY, 'gated', 'decline'] });
  expect(ledger.lines()).toEqual(once([...TWENTY, 'gated']));
});

test.concurrent('an answer that came runs ago is remembered', async () => {
  const handle = await start('ponder', { ledger: newLedger().path, steps: TWENTY });
  await eventually('a question', async () => 'questions' in (await memoOf(handle)));
  await client.workflow.getHandle(handle.workflowId).signal(SIGNAL_ANSWER, { key: 'q1', action: 'accept' });
  expect(await handle.result()).toEqual({ walked: [...TWENTY, 'accept'] });
});

test.concurrent('a job that went on can be cancelled', async () => {
  const ledger = newLedger();
  const handle = await start('walk', { ledger: ledger.path, steps: [...TWENTY, 'gated'] });
  await ledger.written('begin gated');
  await client.workflow.getHandle(handle.workflowId).cancel();
  await expect(handle.result()).rejects.toMatchObject({ cause: expect.any(CancelledFailure) as unknown });
  await ledger.written('abort gated');
});

test('its budget is one for all runs', async () => {
  const { ended: handle } = await outOfBudget(async ({ path }) => {
    const input = { ledger: path, steps: [...TWENTY, 'gated'] };
    const begun = await start('walk', input, { budgetMs: 2 * SHORT_BUDGET_MS });
    await begun.result().catch(() => undefined);
    return begun;
  });
  expect(await handle.result()).toMatchObject({ holdfast: 'partial', reason: 'budget', value: { walked: TWENTY } });
  const runs = await historiesOf(handle);
  const lengths = runs.flatMap((events) => {
    const timer = events.find(({ timerStartedEventAttributes: started }) => started)?.timerStartedEventAttributes;
    return timer ? [Number(timer.startToFireTimeout?.seconds) + Number(timer.startToFireTimeout?.nanos) / 1e9] : [];
  });
  expect(lengths).toEqual([...new Set(lengths)].sort((one, other) => other - one));
});

test.concurrent('its callback is sent once, at its end', async () => {
  const ledger = newLedger();
  const callback = { url: 'http://127.0.0.1:9/' };
  const handle = await start('walk', { ledger: ledger.path, steps: [...TWENTY, 'gated'] }, {}, { callback });
  const delivery = client.workflow.getHandle(`${handle.workflowId}/webhook`);
  await ledger.written('begin gated');
  await expect(delivery.describe()).rejects.toThrow('not found');
  ledger.open('gated');
  await handle.result();
  expect((await delivery.describe()).type).toBe('deliverWebhook');
  await delivery.terminate();
});

test.concurrent(
  'a job that cannot take along what it has learned ends with what it has found, and says why',
  async () => {
    const handle = await start('haul', { pieces: 20, characters: 400_000, keep: true });
    expect(await handle.result()).toMatchObject({ holdfast: 'partial', reason: 'history' });
  },
);

test.concurrent('without anything found it fails, and says why', async () => {
  const handle = await start('haul', { pieces: 20, characters: 400_000, keep: false });
  expect(await failureOf(handle)).toMatchObject({
    type: 'too_large',
    message: expect.stringContaining('more steps than Temporal keeps') as string,
  });
});

test.concurrent(
  'a step that must not be repeated is not begun where the code asks for other steps than before',
  async () => {
    const ledger = newLedger();
    const handle = await start('dice', { ledger: ledger.path, steps: TWENTY }, { attempts: 1 });
    expect(await failureOf(handle)).toMatchObject({
      type: 'broken',
      message: expect.stringContaining('again') as string,
    });
    expect(ledger.count('begin step 0')).toBe(1);
  },
);

test.concurrent('steps that may be repeated are, but not for ever', async () => {
  const ledger = newLedger();
  const handle = await start('dice', { ledger: ledger.path, steps: TWENTY });
  expect(await handle.result()).toMatchObject({ holdfast: 'partial', reason: 'history' });
  expect(ledger.count('begin step 0')).toBe(2);
});

test.concurrent('for its caller it is one job, with one handle', async () => {
  const gateway = await startGateway(configFor(temporal.address, { patienceMs: 0 }), tools, pino({ level: 'silent' }));
  const call = async (name: string, args: object) => {
    const { message } = await modern(gateway.url, 'tools/call', { name, arguments: args });
    return message.result?.['structuredContent'] as Record<string, unknown>;
  };
  const ledger = newLedger();
  const { job_id } = await call('walk', { ledger: ledger.path, steps: [...TWENTY, 'gated'] });
  await ledger.written('begin gated');
  expect(await call('job_result', { job_id })).toMatchObject({ progress: { done: 20, total: 21 } });
  ledger.open('gated');
  const state = async () => (await call('job_result', { job_id }))['status'] === 'done';
  await eventually('an end', state);
  const listed = await eventually('the job in the list', async () => {
    const { jobs } = (await call('job_list', {})) as { jobs: { job_id: unknown; status: string }[] };
    const same = jobs.filter((job) => job.job_id === job_id);
    return same.some(({ status }) => status === 'done') && same;
  });
  expect(listed).toHaveLength(1);
  await gateway.stop();
});

test('a job catches up with thousands of steps some hundreds at a time, so that Temporal waits for each decision', async () => {
  const ledger = newLedger();
  const steps = Array.from({ length: 2_000 }, (_, n) => `step ${n}`);
  const journal = steps.map((name): Batches[number] => [
    [idOf('take', JSON.stringify([{ ledger: ledger.path, name, fail: false }])), {}],
  ]);
  const carried: NextRun = { leftMs: 600_000, journal };
  const input = { ledger: ledger.path, steps };
  const handle = await start('walk', input, {}, {}, [undefined, carried]);
  expect(await handle.result()).toEqual({ walked: steps });
  const events = (await historiesOf(handle)).flat();
  expect(events.filter(({ workflowTaskFailedEventAttributes: failure }) => failure)).toEqual([]);
  const timers = events.filter(({ timerStartedEventAttributes: timer }) => timer);
  expect(timers).toHaveLength(1 + 4); // that of the budget, and a pause after each 500 steps
  // Nobody sees it catch up, and then it has ended.
  expect(events.filter(({ workflowPropertiesModifiedEventAttributes: change }) => change)).toEqual([]);
  expect(ledger.lines()).toEqual([]);
});
