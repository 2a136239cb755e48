/**
 * Keeps attempts alive while the event loop of their worker stands still. A thread knows of each what it last told Temporal; when
 * the loop stops ticking, the thread says it again in its place, and finds out which step holds the loop.
 */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { asyncLocalStorage } from '@temporalio/activity';
import type { Info } from '@temporalio/activity';
import type { LogLevel } from '../config/log-level';
import type { TemporalConfig } from '../config/temporal';
import type { Beat } from '../workflows/contract';

/** How often the loop says that it goes on, milliseconds. */
const TICK_MS = 100;

/** Asked of the loop by the debugger, in the midst of what it does: whose code that is. */
export const WHO = 'holdfast.running';

/** What the thread is started with. */
export interface PulseData {
  /** One counter, which the loop counts up. */
  readonly ticks: Int32Array;
  readonly temporal: TemporalConfig;
  readonly logLevel: LogLevel | undefined;
}

/** What the thread is told of an attempt; without a beat: that it has ended. */
export interface PulseNews {
  /** The task token, base64. */
  readonly token: string;
  readonly beat?: Beat;
  readonly step?: string;
  readonly heartbeatMs?: number;
}

export interface Pulse {
  /** Says what was last told of an attempt. */
  beat(info: Info, beat: Beat): void;
  /** Says that it has ended. */
  end(info: Info): void;
}

/** The pulse of a process that has no such thread. */
export const NO_PULSE: Pulse = { beat: () => undefined, end: () => undefined };

/** Starts the thread. It ends with the process, and ends the process when its loop does not go on. */
export function startPulse(temporal: TemporalConfig, logLevel?: LogLevel): Pulse {
  const ticks = new Int32Array(new SharedArrayBuffer(4));
  setInterval(() => Atomics.add(ticks, 0, 1), TICK_MS).unref();
  Object.defineProperty(globalThis, WHO, { value: () => asyncLocalStorage.getStore()?.info.base64TaskToken });
  const thread = new Worker(join(__dirname, 'pulse-thread.js'), {
    workerData: { ticks, temporal, logLevel } satisfies PulseData,
  });
  thread.unref();
  const tell = (news: PulseNews): void => thread.postMessage(news);
  return {
    beat: ({ base64TaskToken: token, activityType: step, heartbeatTimeoutMs: heartbeatMs = 0 }, beat) =>
      tell({ token, step, heartbeatMs, beat }),
    end: ({ base64TaskToken: token }) => tell({ token }),
  };
}
