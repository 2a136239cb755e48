/** What can go wrong between a call and its job, each with one sentence for whoever reads it. */
import type { JobId } from '../workflows/contract';

/** No job of this caller has that id. Says the same of ids that belong to someone else. */
export class UnknownJob extends Error {
  override name = 'UnknownJob';
  constructor(readonly jobId: JobId) {
    super(`You have no job ${jobId}. Check the id.`);
  }
}

/** The idempotency key was used before, with other arguments. */
export class Conflict extends Error {
  override name = 'Conflict';
  constructor(readonly jobId: JobId) {
    super(
      `This idempotency key belongs to ${jobId}, which was called with other arguments. Use a new key, or the same arguments.`,
    );
  }
}

/** Temporal did not answer. `refused` tells that the request certainly did not reach it. */
export class Unavailable extends Error {
  override name = 'Unavailable';
  constructor(readonly refused: boolean) {
    super('The durable store is not reachable.');
  }
}
