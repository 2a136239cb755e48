/**
 * The thread that watches the event loop of a worker. While the loop stands still it beats for the steps that run there, so that
 * they are not taken for lost: they hold the loop, or wait for the one that does. It ends the process when all of them are.
 */
import { url as debuggerUrl } from 'node:inspector';
import { parentPort, workerData } from 'node:worker_threads';
import { Connection } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { createLog } from '../config/log';
import type { Beat } from '../workflows/contract';
import { holderOf } from './held';
import type { PulseData, PulseNews } from './pulse';

/** How often it looks, milliseconds: the loop ticks at least twice in between. */
const LOOK_MS = 250;
/** For how long the loop stands still before the thread beats for the steps, and before it says who holds the loop, in looks. */
const STILL = 2;
const HELD = 1_000 / LOOK_MS;
/**
 * The SDK, too, waits for the beats of the loop itself: for a step's heartbeat timeout and 5 s. After that it drops the step, and
 * its result: to beat for it any longer would only keep another worker from taking it.
 */
const SDK_MS = 5_000;
/** How long the loop may stand still where no step would be lost, milliseconds. */
const IDLE_MS = 10_000;
const RPC_MS = 2_000;

interface Attempt {
  readonly step: string;
  readonly heartbeatMs: number;
  readonly beat: Beat;
  /** When this thread has last beaten for it, milliseconds. */
  beatenAt: number;
}

const { ticks, temporal, logLevel } = workerData as PulseData;
const { connectionOptions, namespace } = temporal;
const connection = Connection.lazy(connectionOptions);
const log = createLog('holdfast-worker', logLevel);
const attempts = new Map<string, Attempt>();

parentPort?.on('message', ({ token, beat, step = '', heartbeatMs = 0 }: PulseNews) => {
  if (beat) attempts.set(token, { step, heartbeatMs, beat, beatenAt: 0 });
  else attempts.delete(token);
});

async function send(token: string, beat: Beat): Promise<void> {
  const taskToken = Buffer.from(token, 'base64');
  const details = { payloads: [defaultPayloadConverter.toPayload(beat)] };
  await connection
    .withDeadline(Date.now() + RPC_MS, () =>
      connection.workflowService.recordActivityTaskHeartbeat({ namespace, taskToken, details }),
    )
    .catch(() => undefined); // once the loop goes on, its own beats hear what is wrong
}

/** The step that holds the loop, once that is known. */
let holder: { readonly token: string; readonly step: string } | undefined;

async function findHolder(): Promise<void> {
  const { token = '', at } = await holderOf();
  const step = attempts.get(token)?.step;
  log.warn(
    { step, at },
    `the event loop stands still: ${step === undefined ? 'it is' : `step ${step} is`} held in ${at}`,
  );
  if (still > 0 && step !== undefined) holder = { token, step };
}

function beatForAll(): void {
  for (const [token, attempt] of attempts) {
    const { heartbeatMs, beatenAt } = attempt;
    if (performance.now() - beatenAt < heartbeatMs / 3 || still * LOOK_MS > heartbeatMs + SDK_MS) continue;
    attempt.beatenAt = performance.now();
    void send(token, { ...attempt.beat, ...(holder && { heldBy: holder.step }) });
  }
}

/** How long the loop may stand still: until the last of its steps is lost. */
function patienceMs(): number {
  return Math.max(IDLE_MS, ...[...attempts.values()].map(({ heartbeatMs }) => heartbeatMs + SDK_MS));
}

/** Ends the process. The steps that only waited for the holder have not lost their worker by themselves. */
async function end(): Promise<void> {
  log.fatal({ step: holder?.step }, 'the event loop does not go on: this process ends');
  const waiting = [...attempts].filter(([token]) => holder && token !== holder.token);
  await Promise.all(waiting.map(([token, { beat }]) => send(token, { ...beat, lost: 0 })));
  process.kill(process.pid, 'SIGKILL');
}

let seen = 0;
let still = 0;

// Counted, not timed: a machine that sleeps, or a process that is frozen, stops this thread as well.
const looking = setInterval(() => {
  const now = Atomics.load(ticks, 0);
  if (now !== seen) {
    if (still >= HELD) log.warn({ step: holder?.step, ms: still * LOOK_MS }, 'the event loop goes on');
    [seen, still, holder] = [now, 0, undefined];
    return;
  }
  still += 1;
  if (still >= STILL) beatForAll();
  if (still === HELD) findHolder().catch((error: unknown) => log.warn({ err: error }, 'the event loop stands still'));
  // A person with a debugger may hold it for as long as they like.
  if (still * LOOK_MS <= patienceMs() || debuggerUrl() !== undefined) return;
  clearInterval(looking);
  void end();
}, LOOK_MS);
