/** When an upstream that failed is tried again: the longer it has failed, the later. */

const FIRST_MS = 500;
const MOST_MS = 60_000;

export interface Breaker {
  /** How long it is left alone yet, milliseconds; 0: it may be tried. */
  leftMs(): number;
  /** Why it failed last. */
  why(): string;
  failed(why: string): void;
  worked(): void;
}

export function createBreaker(now: () => number = Date.now): Breaker {
  let failures = 0;
  let until = 0;
  let last = '';
  return {
    leftMs: () => Math.max(0, until - now()),
    why: () => last,
    failed(why) {
      last = why;
      until = now() + Math.min(FIRST_MS * 2 ** failures, MOST_MS);
      failures = Math.min(failures + 1, 16);
    },
    worked() {
      [failures, until] = [0, 0];
    },
  };
}
