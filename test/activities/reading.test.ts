/** Where the bytes of strangers are read. */
import { reading } from '../../activities/reading';
import { isTooMuch } from '../../activities/thread';
import { readForEver, readsInThread } from '../fixtures/computations';

const computations = require.resolve('../fixtures/computations');
const { signal } = new AbortController();

test('a small text is read where its step runs, and a larger one in a thread', async () => {
  const read = reading(computations, 'readsInThread', readsInThread);
  expect(await read({ body: Buffer.alloc(16 * 1_024) }, signal)).toBe(false);
  expect(await read({ body: Buffer.alloc(16 * 1_024 + 1) }, signal)).toBe(true);
});

test('a text that takes for ever is given up, as too much', async () => {
  const end = await reading(
    computations,
    'readForEver',
    readForEver,
  )({ body: Buffer.alloc(20_000) }, signal).catch(isTooMuch);
  expect(end).toBe(true);
});
