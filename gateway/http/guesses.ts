/**
 * Slows down whoever tries keys. An address that has sent too many wrong ones is refused for some seconds, whatever key it sends, so
 * that nothing is learnt by trying; but not with a key that was good from there before: others may live behind the same address.
 */
import { IPv6, isValid, parse } from 'ipaddr.js';
import { LRUCache } from 'lru-cache';
import { Problem } from '../errors';
import { createPace } from './pace';

/** Wrong keys of one address: so many at once, and then so many in a minute. */
const [WRONG_AT_ONCE, WRONG_A_MINUTE] = [10, 10];
/** Keys that were good, each with an address that it came from. */
const GOOD_MAX = 10_000;

export interface Guesses {
  /**
   * Looks a key up, unless its address has to wait.
   *
   * @throws Problem `guessing`
   */
  bounded<G>(from: string, sha256: string, find: () => G | undefined): G | undefined;
}

export function createGuesses(): Guesses {
  const wrong = createPace(() => ({ perSecond: WRONG_A_MINUTE / 60, burst: WRONG_AT_ONCE }));
  const good = new LRUCache<string, true>({ max: GOOD_MAX });
  return {
    bounded(from, sha256, find) {
      const network = networkOf(from);
      const pair = `${network} ${sha256}`;
      const waitMs = good.has(pair) ? 0 : wrong.waitMs(network);
      if (waitMs > 0) throw new Problem('guessing', { retryAfterS: Math.ceil(waitMs / 1_000) });
      const found = find();
      if (found) good.set(pair, true);
      else {
        good.delete(pair); // it was taken out
        wrong.take(network);
      }
      return found;
    },
  };
}

/** Whoever has an IPv6 address has the 2^64 that begin alike. */
function networkOf(address: string): string {
  if (!isValid(address)) return address;
  const parsed = parse(address);
  if (!(parsed instanceof IPv6)) return address;
  return parsed.isIPv4MappedAddress() ? parsed.toIPv4Address().toString() : parsed.toByteArray().slice(0, 8).join('.');
}
