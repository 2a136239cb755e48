/** The five handle tools: how a client that knows no tasks waits for a job, reads it, answers it, cancels it and finds it again. */
import { jobCancel } from './cancel';
import type { Companion, Means } from './companion';
import { jobList } from './list';
import { jobRespond } from './respond';
import { jobResult } from './result';
import { jobWait } from './wait';

/** Makes the handle tools. */
export function companionsFor(means: Means): readonly Companion[] {
  return [jobWait(means), jobResult(means), jobCancel(means), jobRespond(means), jobList(means)];
}
