/**
 * When an attempt beats. Each beat is paid for, and brings progress out and a cancellation in: so they come quickly at first, since
 * most steps are short and somebody waits for them, and ever more slowly in a step that goes on.
 */

/** The first beat comes after this, milliseconds: a step that is done by then has none. */
const FIRST_MS = 1_000;
const SHORTEST_MS = 2_000;
const LONGEST_MS = 30_000;
/** The pause is a part of the attempt's age, and never more than a part of its heartbeat timeout: a beat may be late, or tried again. */
const OF_AGE = 1 / 4;
const OF_TIMEOUT = 0.4;

/** How long an attempt of that age waits with its next beat, milliseconds. */
export function pauseMs(ageMs: number, heartbeatMs: number): number {
  const wanted = ageMs < FIRST_MS ? FIRST_MS : Math.max(SHORTEST_MS, ageMs * OF_AGE);
  return Math.min(wanted, LONGEST_MS, heartbeatMs * OF_TIMEOUT);
}

/** Beats from now on. Returns what ends that. */
export function startPace(heartbeatMs: number, beat: () => void): () => void {
  const begunAt = performance.now();
  let timer: NodeJS.Timeout;
  const next = (): void => {
    timer = setTimeout(
      () => {
        beat();
        next();
      },
      pauseMs(performance.now() - begunAt, heartbeatMs),
    );
  };
  next();
  return () => clearTimeout(timer);
}
