/** What a job has found so far: the last partial result, readable from outside while it runs and after it was stopped. */
import { defineQuery, patched, setHandler } from '@temporalio/workflow';
import { fits, jsonOf, tooLarge } from './bounded';
import { MEMO_PARTIAL, MEMO_PARTIAL_MAX, QUERY_PARTIAL } from './contract';
import type { PartialMemo, Policy } from './contract';
import type { Journal } from './journal';
import type { Memo } from './memo';

/** Jobs that began before this patch kept larger partial results, and must do so again when they replay. */
const BOUND_PATCH = 'partial-bound';

const partialQuery = defineQuery<unknown>(QUERY_PARTIAL);

export interface Findings {
  /** Undefined before the first. */
  last(): unknown;
  keep(value: unknown): void;
}

/** A small partial result is kept in the memo, which can be read while no worker is up. A query returns it at any size. */
export function createFindings(policy: Policy, memo: Memo, journal: Pick<Journal, 'behind'>): Findings {
  let last: unknown;
  setHandler(partialQuery, () => last);
  return {
    last: () => last,
    keep(value) {
      if (journal.behind) {
        last = value; // which was checked and shown before
        return;
      }
      const text = jsonOf('A partial result', value, policy);
      if (!fits(text) && patched(BOUND_PATCH)) throw tooLarge('A partial result', text, policy);
      last = value;
      const characters = text.length;
      // A copy: the author may change the value before it is written.
      const shown: PartialMemo =
        characters <= MEMO_PARTIAL_MAX ? { value: JSON.parse(text) as unknown } : { characters };
      memo.write({ [MEMO_PARTIAL]: shown });
    },
  };
}
