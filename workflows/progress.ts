/** Where a job is, kept in its memo: everyone who waits reads it there, with no worker asked. */
import { setCurrentDetails, upsertMemo } from '@temporalio/workflow';
import { MEMO_PROGRESS } from './contract';
import type { Progress } from './contract';

export type Shown = ReturnType<typeof showProgress>;

export function showProgress() {
  let current: Progress = { done: 0, message: '' };
  const show = (update: Partial<Progress>): void => {
    current = { ...current, ...update, at: new Date().toISOString() };
    upsertMemo({ [MEMO_PROGRESS]: current });
    setCurrentDetails(current.message);
  };
  return {
    current: (): Progress => current,
    progress: show,
    async step<R>(message: string, run: () => Promise<R>): Promise<R> {
      show({ message });
      const result = await run();
      // Written with the next boundary: one history event for each step, not two.
      current = { ...current, done: current.done + 1 };
      return result;
    },
  };
}
