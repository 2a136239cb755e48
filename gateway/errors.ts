/** What can go wrong between a call and its job, each with one sentence for whoever reads it. */
import type { JobId } from '../workflows/contract';
import { isScheduleId } from './ids';
import type { ScheduleId } from './ids';

/** No job of this caller has that id. Says the same of ids that belong to someone else. */
export class UnknownJob extends Error {
  override name = 'UnknownJob';
  constructor(
    readonly jobId: JobId,
    message = `You have no job ${jobId}. Check the id; or its time to be read is long over.`,
  ) {
    super(message);
  }
}

/** The job has been, and its result can no longer be read. */
export class Expired extends UnknownJob {
  override name = 'Expired';
  constructor(jobId: JobId, at: Date) {
    super(
      jobId,
      `Job ${jobId} expired at ${at.toISOString()}: its result can no longer be read. Call its tool again, with a new idempotency key if it had one.`,
    );
  }
}

/** The idempotency key was used before, with other arguments. */
export class Conflict extends Error {
  override name = 'Conflict';
  /** @param jobId - of the job, or of the schedule, that has the key */
  constructor(readonly jobId: string) {
    super(
      `This idempotency key belongs to ${jobId}, which was called with other arguments. Use a new key, or the same arguments.`,
    );
  }
}

/** When to ask again after {@link Unavailable}, seconds. */
export const RETRY_AFTER_S = 2;

/** Temporal did not answer. The message says what a client can do about it. */
export class Unavailable extends Error {
  override name = 'Unavailable';
  /**
   * @param refused - nothing answered at all, so the request hardly reached it
   * @param jobId - the job, or the schedule, that may have been started all the same
   */
  constructor(
    readonly refused: boolean,
    readonly jobId?: JobId | ScheduleId,
  ) {
    super(`Holdfast cannot reach its durable store just now. ${adviceOn(jobId)}`);
  }
}

function adviceOn(id: JobId | ScheduleId | undefined): string {
  if (id === undefined) return `Try again in ${RETRY_AFTER_S} s.`;
  const ask = isScheduleId(id) ? `job_list({}) for ${id}` : `job_wait(${JSON.stringify({ job_ids: [id] })})`;
  return `Whether the call was accepted is not known. In ${RETRY_AFTER_S} s ask ${ask}; if there is no such id, nothing was started: call again.`;
}

/** Why a call is answered with an HTTP status of its own, as long as no byte of the answer has left. */
export interface Refusal {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
  readonly retryAfterS?: number;
}

/** For work on an accepted job that goes on even while Temporal cannot be asked about it. */
export function unlessUnavailable(error: unknown): undefined {
  if (!(error instanceof Unavailable)) throw error;
}

/** For what needs no doing when the job has ended. */
export function unlessUnknown(error: unknown): undefined {
  if (!(error instanceof UnknownJob)) throw error;
}
