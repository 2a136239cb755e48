/** What lists tell of jobs, from what Temporal's visibility has of their last run. */
import type { Client } from '@temporalio/client';
import { createIds } from '../../../gateway/ids';
import type { Store } from '../../../gateway/jobs/connection';
import { createLists } from '../../../gateway/jobs/visibility';
import { DEFAULT_POLICY, MEMO_JOB } from '../../../workflows/contract';

const at = (seconds: number): Date => new Date(seconds * 1_000);

/** Lists of one job that was accepted at second 0, and whose last run is as `run` says. */
function listsOf(run: { readonly startTime: Date; readonly executionTime?: Date; readonly closeTime: Date }) {
  const caller = { tenant: 'acme', subject: 'alice' };
  const job = { tool: 'walk', caller, policy: DEFAULT_POLICY, argsHash: '', at: at(0).toISOString() };
  const ids = createIds('x'.repeat(32));
  const { workflowId } = ids.newRef(caller, 'walk', undefined);
  const info = {
    ...run,
    workflowId,
    type: 'walk',
    status: { name: 'COMPLETED' },
    memo: { [MEMO_JOB]: job },
    typedSearchAttributes: { get: () => 'walk' },
  };
  const client = { workflow: { list: () => [info] } } as unknown as Client;
  return { caller, ...createLists({ client, ask: (run: () => unknown) => run() } as Store, ids) };
}

test('a job that went on in a new run took all the time since it was accepted', async () => {
  const { durations, list, caller } = listsOf({ startTime: at(50), executionTime: at(50), closeTime: at(70) });
  expect(await durations('acme', 'walk')).toEqual([70_000]);
  expect(await list(caller, { limit: 1 })).toMatchObject([{ startedAt: at(0) }]);
});

test('a job that was put off took no time before it began', async () => {
  const { durations } = listsOf({ startTime: at(0), executionTime: at(60), closeTime: at(70) });
  expect(await durations('acme', 'walk')).toEqual([10_000]);
});
