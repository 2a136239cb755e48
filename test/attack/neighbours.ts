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
export const FLOODS: Readonly<Record<string, Sent>> = {
  nothing: ['', {}],
  calls: CALL,
  lists: ['tools/list', {}],
};

const as = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });

/** The median time of a call by `victim` while `attacker` floods the gateway, milliseconds, and the flood's requests and refusals. */
export async function behind(flood: string, url: string, victim: string, attacker: string) {
  const [method, params] = FLOODS[flood] ?? ['', {}];
  const [evil, good] = await Promise.all(
    [attacker, victim].map((key) => legacySession(url, {}, '2025-11-25', 'raw', as(key))),
  );
  let [going, sent, refused] = [true, 0, 0];
  const loops = Array.from({ length: method === '' ? 0 : AT_ONCE }, async () => {
    while (going) {
      const answer = await evil?.request(url, method, params);
      sent += 1;
      if (answer?.status === 429) refused += 1;
    }
  });
  const times: number[] = [];
  for (let nth = 0; nth < CALLS; nth += 1) {
    const began = performance.now();
    await good?.request(url, ...CALL);
    times.push(performance.now() - began);
  }
  going = false;
  await Promise.all(loops);
  return { medianMs: times.sort((a, b) => a - b)[CALLS / 2] ?? NaN, sent, refused };
}
