/** Turns that lie apart. */
import { createPace } from '../../../activities/sources/pace';
import { never } from './world';

test('turns begin so far apart, however many come at once', async () => {
  const turn = createPace(50);
  // From the moment they are asked for: when a turn is heard of, a busy machine may have taken some of the time to the next.
  const asked = Date.now();
  const begun = await Promise.all([1, 2, 3].map(() => turn('arXiv', never).then(() => Date.now() - asked)));
  const [, second = 0, third = 0] = begun;
  expect(second).toBeGreaterThan(45);
  expect(third).toBeGreaterThan(95);
});

test('who would wait for long is told when to come back', async () => {
  const turn = createPace(7_000);
  await turn('arXiv', never);
  await expect(turn('arXiv', never)).rejects.toMatchObject({
    type: 'unavailable',
    message: 'arXiv is being asked much just now. Try again later.',
    details: [{ sideEffect: 'none', retryAfterMs: expect.closeTo(7_000, -2) }],
  });
});

test('a wait ends with the job', async () => {
  const turn = createPace(5_000);
  await turn('arXiv', never);
  await expect(turn('arXiv', AbortSignal.abort())).rejects.toThrow('aborted');
});
