/** Where a job is. It is kept in the job's memo, which can be read without a worker. */
import { setCurrentDetails } from '@temporalio/workflow';
import { MEMO_PROGRESS } from './contract';
import type { Progress } from './contract';
import type { Memo } from './memo';

export interface JobProgress {
  /** As it is shown: never more steps done than there are in all. */
  current(): Progress;
  /** Changes what is shown, at once. */
  show(update: Partial<Progress>): void;
  /** Shows `message`, runs `run`, and counts it as done when the next progress is shown. */
  step<R>(message: string, run: () => Promise<R>): Promise<R>;
}

/**
 * @param again - whether what the memo says already is written again, as jobs of kits 1 and 2 did
 * @param known - what the memo says at the beginning; absent: nothing
 */
export function createProgress(memo: Memo, again: boolean, known?: Progress): JobProgress {
  let written = known;
  let current: Progress = { done: 0, message: '' };
  const shown = (): Progress => ({ ...current, done: Math.min(current.done, current.total ?? Infinity) });
  const show = (update: Partial<Progress>): void => {
    current = { ...current, ...update, at: new Date().toISOString() };
    if (again || !written || !isSame(written, shown())) {
      written = shown();
      memo.write({ [MEMO_PROGRESS]: written });
    }
    setCurrentDetails(current.message);
  };
  return {
    current: shown,
    show,
    async step(message, run) {
      show({ message });
      const result = await run();
      // Not written yet: with the next message it is one history event for each step, not two.
      current = { ...current, done: current.done + 1 };
      return result;
    },
  };
}

function isSame(one: Progress, other: Progress): boolean {
  return one.done === other.done && one.total === other.total && one.message === other.message;
}
