/** The five handle tools: how a client that knows no tasks waits for a job, reads it, answers it, cancels it and finds it again. */
import { createJobCancel } from './cancel';
import type { Companion, HandleNeeds } from './companion';
import { createJobList } from './list';
import { createJobRespond } from './respond';
import { createJobResult } from './result';
import { createJobWait } from './wait';

export function createCompanions(needs: HandleNeeds): readonly Companion[] {
  return [
    createJobWait(needs),
    createJobResult(needs),
    createJobCancel(needs),
    createJobRespond(needs),
    createJobList(needs),
  ];
}
