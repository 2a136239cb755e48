/**
 * `npm run long`: jobs whose history is too long for one run of Temporal, at the real bounds and not at those of the tests. Takes some
 * minutes.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import { DEFAULT_POLICY, KIT, MEMO_JOB, TASK_QUEUE, isPartialResult } from '../workflows/contract';
import type { JobMemo } from '../workflows/contract';
import { newLedger } from '../test/fixtures/ledger';
import { benchStack } from './stack';

const steps = Array.from({ length: 7_600 }, (_, n) => `step ${n}`);
const { path: ledger, lines } = newLedger();

const JOBS: readonly (readonly [what: string, workflow: string, input: unknown])[] = [
  ['7,600 steps, one after the other', 'walk', { ledger, steps }],
  ['2,500 steps at once', 'flood', { steps: 2_500 }],
  ['45 results of 1 MB', 'haul', { pieces: 45, characters: 1_000_000, keep: true }],
];

interface Figures {
  readonly seconds: number;
  readonly end: string;
  /** Figures of each run of the job. */
  readonly runs: readonly { readonly events: number; readonly mb: number; readonly decisionsLost: number }[];
}

async function measure(client: Client, workflow: string, input: unknown): Promise<Figures> {
  const memo: JobMemo = {
    tool: workflow,
    caller: { tenant: 't', subject: 's' },
    policy: DEFAULT_POLICY,
    argsHash: '',
    kit: KIT,
  };
  const begun = performance.now();
  const workflowId = randomUUID();
  const handle = await client.workflow.start(workflow, {
    taskQueue: TASK_QUEUE,
    workflowId,
    args: [input],
    memo: { [MEMO_JOB]: memo },
  });
  const end = await handle.result().then(
    (value: unknown) => (isPartialResult(value) ? `partial, ${value.reason}` : 'done'),
    (error: unknown) => String(error),
  );
  const seconds = (performance.now() - begun) / 1000;
  const runs = [];
  for (let runId: string | undefined; runId !== '';) {
    const run = client.workflow.getHandle(workflowId, runId);
    const [{ events }, { historySize = 0 }] = await Promise.all([run.fetchHistory(), run.describe()]);
    const lost = events?.filter(
      (event) => event.workflowTaskFailedEventAttributes ?? event.workflowTaskTimedOutEventAttributes,
    );
    runs.unshift({ events: events?.length ?? 0, mb: historySize / 1_000_000, decisionsLost: lost?.length ?? 0 });
    runId = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? '';
  }
  return { seconds, end, runs };
}

/** Resident memory of a process, MB: now, and at its most. Linux alone. */
function memoryOf(pid: number | undefined): string {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return ['VmRSS', 'VmHWM']
    .map((name) => (Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024).toFixed(0))
    .join(', ');
}

async function main(): Promise<void> {
  const stack = await benchStack(true);
  const worker = await stack.worker();
  const client = new Client({
    connection: await Connection.connect({
      address: stack.address,
      channelArgs: { 'grpc.max_receive_message_length': 128 * 1024 * 1024 }, // a page of a history has no bound in bytes
    }),
  });
  for (const [what, workflow, input] of JOBS) {
    const { seconds, end, runs } = await measure(client, workflow, input);
    console.log(
      `${what}: ${end} in ${seconds.toFixed(0)} s; memory of the worker, now and at most: ${memoryOf(worker.pid)} MB`,
    );
    for (const { events, mb, decisionsLost } of runs)
      console.log(
        `  a run of ${events} events, ${mb.toFixed(1)} MB; decisions that failed or timed out: ${decisionsLost}`,
      );
  }
  const begun = lines().filter((line) => line.startsWith('begin'));
  console.log(
    `Of the 7,600 steps ${new Set(begun).size} were taken, ${begun.length - new Set(begun).size} of them twice.`,
  );
  await client.connection.close();
  await stack.stop();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
