/** The moment in a decision when the job's code has nothing more to do by itself, and waits for Temporal. */
import { CancellationScope, condition } from '@temporalio/workflow';

/** Resolves then, also in a scope that is cancelled: Temporal looks at conditions when all promises have been followed up. */
export function quiet(): Promise<void> {
  return CancellationScope.nonCancellable(() => {
    let followedUp = false;
    void Promise.resolve().then(() => {
      followedUp = true;
    });
    return condition(() => followedUp);
  });
}
