/** How long a listing goes on that cannot be listed. The upstream's steps are written here; the engine is real. */
import { Client, Connection } from '@temporalio/client';
import { failure } from '../../activities';
import { TASK_QUEUE } from '../../workflows/contract';
import {
  LISTING_MAX,
  MEMO_LISTING,
  SIGNAL_REFRESH,
  UPSTREAM_LISTING,
  listingId,
  notConfigured,
} from '../../workflows/upstream-contract';
import type { Given, ListingRun, ListingState } from '../../workflows/upstream-contract';
import { eventually } from '../fixtures/eventually';
import { run } from '../fixtures/stack';
import { createSite } from '../fixtures/upstream-site';

const site = createSite();
let client: Client;
let tries = 0;
let why: Error;

beforeAll(async () => {
  client = new Client({ connection: await Connection.connect({ address: run().address }) });
});
afterAll(() => client.connection.close());

/** A listing that has failed for two days. */
async function failing(because: Error) {
  const since = new Date(Date.now() - 2 * 86_400_000).toISOString();
  const state: ListingState = { state: 'failed', since, why: 'It was away.', tools: 0, ttlMs: 300_000 };
  why = because;
  tries = 0;
  const handle = await client.workflow.start(UPSTREAM_LISTING, {
    workflowId: listingId(site.name),
    taskQueue: TASK_QUEUE,
    args: [{ upstream: site.name, queue: site.queue, hold: false } satisfies ListingRun],
    memo: { [MEMO_LISTING]: state },
  });
  await eventually('a try', () => tries > 0);
  return handle;
}

test('one that no worker has been configured for since a day ends; one that is refused goes on', async () => {
  const worker = await site.start({
    listUpstream: () => {
      tries += 1;
      return Promise.reject(why);
    },
  });
  const gone = await failing(failure('refused', notConfigured(site.name)));
  await gone.result();
  const refused = await failing(failure('refused', 'It does not accept our credentials.'));
  await refused.signal(SIGNAL_REFRESH);
  await eventually('another try', () => tries > 1);
  const { status, memo } = await refused.describe();
  expect([status.name, memo?.[MEMO_LISTING]]).toMatchObject([
    'RUNNING',
    { state: 'failed', why: 'It does not accept our credentials.' },
  ]);
  await refused.terminate();
  await worker.stop();
});

test('a list as long as it may be is held back beside one as long as it may be', async () => {
  const held = createSite();
  const definition = (name: string): Given => ({ name, inputSchema: {}, description: 'x'.repeat(LISTING_MAX - 1_000) });
  held.tools = [definition('first')];
  const worker = await held.start();
  const listing = await client.workflow.start(UPSTREAM_LISTING, {
    workflowId: listingId(held.name),
    taskQueue: TASK_QUEUE,
    args: [{ upstream: held.name, queue: held.queue, hold: true } satisfies ListingRun],
  });
  const shown = async () => (await client.workflow.getHandle(listingId(held.name)).describe()).memo?.[MEMO_LISTING];
  await eventually('the first list', shown);
  held.tools = [definition('second')];
  const state = await eventually('the second list', async () => {
    await client.workflow.getHandle(listingId(held.name)).signal(SIGNAL_REFRESH);
    const { held: back } = (await shown()) as ListingState;
    return back;
  });
  expect(state).toMatchObject({ added: ['second'], removed: ['first'] });
  const { runId, status } = await client.workflow.getHandle(listingId(held.name)).describe();
  expect(status.name).toBe('RUNNING');
  expect(runId).not.toBe(listing.firstExecutionRunId);
  await client.workflow.getHandle(listingId(held.name)).terminate();
  await worker.stop();
});
