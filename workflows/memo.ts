/** What a job shows in its memo. Each write is an event of its history, so that changes are written together. */
import { upsertMemo, workflowInfo } from '@temporalio/workflow';
import { MEMO_JOB } from './contract';
import type { JobMemo } from './contract';
import type { Journal } from './journal';
import { quiet } from './quiet';

/** What the job was started with. A job that began under an older version may lack a field, and one that others started has none. */
export const jobMemo = (): Partial<JobMemo> => workflowInfo().memo?.[MEMO_JOB] ?? {};

export interface Memo {
  /** Changes some keys: values as in the contract, which are not changed afterwards. */
  write(fields: Readonly<Record<string, unknown>>): void;
  /** To be called before the job ends: what is not written by then never will be. */
  flush(): void;
  /** To be called in its place before a job ends that returns its result: nobody needs what is not written by then. */
  forget(): void;
}

/** For jobs that began before changes were collected: each is written at once. */
export const writtenAtOnce: Memo = { write: upsertMemo, flush: () => undefined, forget: () => undefined };

/**
 * Collects changes until the job waits for something, and writes them in one event then: one in each decision.
 *
 * @param journal - while the job is behind it, nothing is written: the memo came along, and nobody sees the job go backwards
 */
export function createMemo(journal: Pick<Journal, 'behind'>): Memo {
  let changes: Record<string, unknown> = {};
  let count = 0;
  let watching = false;

  const flush = (): void => {
    if (Object.keys(changes).length > 0) upsertMemo(changes);
    changes = {};
  };

  /** An author's condition may resume code in the same pass as ours, so this waits until a pass adds no change. */
  async function flushWhenQuiet(): Promise<void> {
    watching = true;
    for (let seen = -1; seen !== count;) {
      seen = count;
      await quiet();
    }
    watching = false;
    flush();
  }

  return {
    write(fields) {
      if (journal.behind) return;
      changes = { ...changes, ...fields };
      count += 1;
      if (!watching) void flushWhenQuiet();
    },
    flush,
    forget() {
      changes = {};
    },
  };
}
