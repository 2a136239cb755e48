import { createIds } from '../../../gateway/ids';
import { expiryOf, fingerprint, newView, viewOf } from '../../../gateway/jobs/view';
import type { JobView } from '../../../gateway/jobs/view';
import { DEFAULT_POLICY } from '../../../workflows/contract';
import { described } from '../../fixtures/description';

const DAY_MS = 86_400_000;
const ref = createIds('x'.repeat(32)).newRef({ tenant: 't', subject: 's' }, 'walk', undefined);
const viewWith = (change: Partial<JobView>): JobView => ({ ...newView(ref, 'walk', DEFAULT_POLICY), ...change });
const retrying = (attempt: number, next_attempt_at: string): Partial<JobView> => ({
  retrying: { step: 'fetch', attempt, next_attempt_at },
});
const inLine = (state: string): Partial<JobView> => ({
  unclaimed: { name: 'holdfast', type: 'activity', state },
});

test.each([
  ['the time until the next attempt', retrying(2, '2026-01-01T00:00:03Z'), retrying(2, '2026-01-01T00:00:02Z')],
  ['a place in line', inLine('among about 12 in line'), inLine('among about 11 in line')],
])('%s is no news', (_what, before, after) => {
  expect(fingerprint(viewWith(before))).toBe(fingerprint(viewWith(after)));
});

test('another attempt is news', () => {
  const [before, after] = [2, 3].map((attempt) => fingerprint(viewWith(retrying(attempt, '2026-01-01T00:00:03Z'))));
  expect(before).not.toBe(after);
});

test('a job that ends early can be read for as long as was promised at its start', () => {
  const [startedAt, closedAt] = [new Date('2026-11-01T00:00:00Z'), new Date('2026-11-01T00:01:00Z')];
  const view = viewWith({ startedAt, closedAt, ttlMs: 3 * DAY_MS, keptMs: DAY_MS });
  expect(expiryOf(view)).toEqual(new Date('2026-11-04T00:00:00Z'));
});

test('a job that took longer than was planned can be read for its whole time after its end', () => {
  const [startedAt, closedAt] = [new Date('2026-11-01T00:00:00Z'), new Date('2026-11-10T00:00:00Z')];
  const view = viewWith({ startedAt, closedAt, ttlMs: 3 * DAY_MS, keptMs: DAY_MS });
  expect(expiryOf(view)).toEqual(new Date('2026-11-11T00:00:00Z'));
});

test('a workflow of others that counts past its total is not shown to be further than that', async () => {
  const description = await described({ memo: { progress: { done: 7, total: 4, message: 'More' } } });
  expect(viewOf(ref, description, undefined).progress).toMatchObject({ done: 4, total: 4 });
});
