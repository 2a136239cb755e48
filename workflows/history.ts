/** A job goes on in a new run before the history of this one is full: Temporal ends a workflow at 51,200 events or 50 MB. */
import { CancellationScope, condition, makeContinueAsNewFunc, workflowInfo } from '@temporalio/workflow';
import { fits } from './bounded';
import type { Budget } from './budget';
import type { NextRun } from './contract';
import type { Journal } from './journal';
import type { Memo } from './memo';
import { quiet } from './quiet';
import type { Turns } from './turns';

/** There is room above for the steps that are under way, and for the end of the job. */
const EVENTS_MAX = 30_000;
const BYTES_MAX = 40_000_000;

export interface HistoryNeeds {
  readonly turns: Pick<Turns, 'close' | 'open'>;
  readonly journal: Pick<Journal, 'all' | 'behind'>;
  readonly budget: Pick<Budget, 'leftMs' | 'end'>;
  readonly memo: Pick<Memo, 'flush'>;
  /** The job's arguments. */
  readonly args: readonly [input: unknown, earlier: unknown];
}

/**
 * Waits until the history is nearly full. Then no step begins, those under way come to their end, and the job goes on in a new run.
 * A job that would have to remember too much for that is stopped, as at the end of its budget. It never resolves.
 *
 * @throws ContinueAsNew, which is to end the workflow
 */
export async function untilFull({ turns, journal, budget, memo, args }: HistoryNeeds): Promise<never> {
  const never = new Promise<never>(() => undefined);
  try {
    await condition(() => isFull() && !journal.behind);
    await turns.close();
    // Twice: what is told to the job in the same moment, such as a reply, is in the journal after that.
    await quiet();
    await quiet();
  } catch {
    turns.open();
    return never; // the job was cancelled, or its budget ended
  }
  if (CancellationScope.current().consideredCancelled) {
    turns.open();
    return never;
  }
  const all = journal.all();
  const next = all && ([...args, { leftMs: budget.leftMs(), journal: all } satisfies NextRun] as const);
  if (next && fits(JSON.stringify(next))) {
    memo.flush();
    return makeContinueAsNewFunc({ memo: workflowInfo().memo ?? {} })(...next);
  }
  budget.end('history');
  turns.open();
  return never;
}

function isFull(): boolean {
  const { historyLength, historySize } = workflowInfo();
  return historyLength > EVENTS_MAX || historySize > BYTES_MAX;
}
