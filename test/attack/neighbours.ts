/** What a caller of one tenant notices while another one's caller asks for all that he can, on one gateway and one worker. */
import { performance } from 'node:perf_hooks';
import { legacySession } from '../fixtures/raw';

/** Requests of the attacker that are under way at one time. */
const AT_ONCE = 45;
/** Calls that are timed. */
const CALLS = 40;

type Sent = readonly [method: string, params: Record<string, unknown>];
const CALL: Sent = ['tools/call', { name: 'echo', arguments: { text: 'x' } }];

/** What the attacker sends, again and again. */
export const FLOODS: Readonly<Record<string, Sent>> = { calls: CALL, lists: ['tools/list', {}] };

const sessionOf = (url: string, key: string) =>
  legacySession(url, {}, '2025-11-25', 'raw', { authorization: `Bearer ${key}` });

/** Floods the gateway until `over`. How many requests were sent, and how many refused. */
export async function flood(name: string, url: string, key: string, over: AbortSignal) {
  const session = await sessionOf(url, key);
  const [method, params] = FLOODS[name] ?? CALL;
  let [attempts, refused] = [0, 0];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (!over.aborted) {
        attempts += 1;
        if ((await session.request(url, method, params)).status === 429) refused += 1;
      }
    }),
  );
  return { attempts, refused };
}

/** The median time of a call, milliseconds. */
export async function medianMs(url: string, key: string): Promise<number> {
  const session = await sessionOf(url, key);
  const times: number[] = [];
  for (let nth = 0; nth < CALLS; nth += 1) {
    const began = performance.now();
    await session.request(url, ...CALL);
    times.push(performance.now() - began);
  }
  return times.sort((a, b) => a - b)[CALLS / 2] ?? NaN;
}
