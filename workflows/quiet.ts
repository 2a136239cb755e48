/** The moment in a decision when the job's code has nothing more to do by itself, and waits for Temporal. */
import { CancellationScope, condition } from '@temporalio/workflow';

/**
 * Resolves at the next such moment at which `when` holds: Temporal looks at conditions when all promises have been followed up.
 * It resolves in a scope that is cancelled, too.
 */
export function quiet(when: () => boolean = () => true): Promise<void> {
  return CancellationScope.nonCancellable(() => {
    let followedUp = false;
    void Promise.resolve().then(() => {
      followedUp = true;
    });
    return condition(() => followedUp && when());
  });
}
