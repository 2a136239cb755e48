/** The versions of the author's kit: what is different in jobs that began under an older one. */
import type { Batches } from './contract';
import { createJournal, noJournal } from './journal';
import type { Journal } from './journal';
import { createMemo, writtenAtOnce } from './memo';
import type { Memo } from './memo';
import { createStepIds, numbered } from './step-ids';
import type { StepIds } from './step-ids';
import { PENDING_MAX, createTurns } from './turns';
import type { Turns } from './turns';

export interface Kit {
  readonly journal: Journal;
  readonly memo: Memo;
  readonly turns: Turns;
  readonly stepIds: StepIds;
  /** Whether the job goes on in a new run before its history is full. */
  readonly goesOn: boolean;
  /** Whether what nobody needs is left out of the history: a timer beside one step, a progress twice, the memo at the end. */
  readonly lean: boolean;
}

/**
 * @param version - that of the job, as `KIT` in the contract counts them
 * @param learned - what the job had learned when its last run ended
 */
export function kitOf(version: number, learned?: Batches): Kit {
  if (version < 2)
    return {
      journal: noJournal,
      memo: writtenAtOnce,
      turns: createTurns(Infinity),
      stepIds: numbered,
      goesOn: false,
      lean: false,
    };
  const journal = createJournal(learned);
  return {
    journal,
    memo: createMemo(journal),
    turns: createTurns(PENDING_MAX),
    stepIds: createStepIds(),
    goesOn: true,
    lean: version >= 3,
  };
}
