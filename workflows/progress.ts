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

/** @param written - what the memo says, by which the same is not written again; undefined: it is, as older jobs did */
export function createProgress(memo: Memo, written?: Progress): JobProgress {
  let current: Progress = { done: 0, message: '' };
  const shown = (): Progress => ({ ...current, done: Math.min(current.done, current.total ?? Infinity) });
  const show = (update: Partial<Progress>): void => {
    current = { ...current, ...update, at: new Date().toISOString() };
    if (!written || !isSame(written, shown())) {
      memo.write({ [MEMO_PROGRESS]: shown() });
      written &&= shown();
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
