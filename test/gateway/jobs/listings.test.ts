/** Waiting for the end of a run of a listing. */
import type { Store } from '../../../gateway/jobs/connection';
import { createListings } from '../../../gateway/jobs/listings';
import { keptOf } from '../../fixtures/forgotten';

/** A Temporal that answers each poll at once, or none of them. As the real client does, it listens to a signal and never lets go of it. */
function listingsOn(answer: (signal: AbortSignal) => Promise<object>) {
  const polls: WeakRef<AbortSignal>[] = [];
  let present: AbortSignal;
  const connection = {
    withAbortSignal: (signal: AbortSignal, run: () => Promise<unknown>) => {
      signal.addEventListener('abort', () => undefined);
      polls.push(new WeakRef(signal));
      present = signal;
      return run();
    },
    workflowService: { getWorkflowExecutionHistory: () => answer(present) },
  };
  const listings = createListings({ connection, client: {}, namespace: 'n' } as unknown as Store);
  return { listings, polls };
}

test('a poll that is over is forgotten, however long its upstream is followed', async () => {
  const { listings, polls } = listingsOn(() => Promise.resolve({}));
  const followed = new AbortController();
  for (let n = 0; n < 20; n += 1) await listings.over('a', 'run', followed.signal);
  expect(polls).toHaveLength(20);
  expect(await keptOf(polls)).toBeLessThan(3); // the last ones may still be in a register
});

test('one that is under way ends when its upstream is followed no longer', async () => {
  const { listings } = listingsOn(
    (signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('ended')))),
  );
  const followed = new AbortController();
  const over = listings.over('a', 'run', followed.signal);
  followed.abort();
  await expect(over).rejects.toThrow('ended');
});
