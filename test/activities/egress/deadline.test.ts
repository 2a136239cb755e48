/** The caller is never kept waiting by the work itself. */
import { withDeadline } from '../../../activities/egress/deadline';

const never = new AbortController().signal;
const deaf = (): Promise<never> => new Promise(() => undefined);

test('work that does not heed its signal is not waited for', async () => {
  await expect(withDeadline(10, never, deaf)).rejects.toMatchObject({ reason: 'timeout' });
  await expect(withDeadline(60_000, AbortSignal.timeout(10), deaf)).rejects.toMatchObject({ reason: 'cancelled' });
  await expect(withDeadline(60_000, AbortSignal.abort(), deaf)).rejects.toMatchObject({ reason: 'cancelled' });
});

test('work is told when nobody waits for it any more', async () => {
  const told: boolean[] = [];
  const listening = (end: AbortSignal) =>
    new Promise<never>((_resolve, reject) => {
      end.addEventListener('abort', () => {
        told.push(end.aborted);
        reject(new Error('stopped'));
      });
    });
  await expect(withDeadline(10, never, listening)).rejects.toMatchObject({ reason: 'timeout' });
  expect(told).toEqual([true]);
});

test('what the work returns or throws in time is passed on', async () => {
  expect(await withDeadline(60_000, never, () => Promise.resolve('done'))).toBe('done');
  await expect(withDeadline(60_000, never, () => Promise.reject(new Error('own')))).rejects.toThrow('own');
});
