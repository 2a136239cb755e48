/** When it is told that an upstream offers something else: a server can say so without end, and each time has a price. */

/** Changes that come together are told once, this much later, milliseconds; twice as late each time that they go on, up to a minute. */
const LATE_MS = 1_000;
const LATE_MOST_MS = 60_000;

export interface Telling {
  /** An upstream may offer something else. */
  changed(name: string): void;
  /** It is another one from now on, and told of as soon as any. */
  forget(name: string): void;
  stop(): void;
}

export function createTelling(tell: (name: string) => void): Telling {
  const due = new Map<string, NodeJS.Timeout>();
  /** When each was told of last, and how late that was. */
  const told = new Map<string, { readonly at: number; readonly lateMs: number }>();
  return {
    changed(name) {
      if (due.has(name)) return;
      const last = told.get(name);
      const goesOn = last !== undefined && Date.now() - last.at < 2 * last.lateMs;
      const lateMs = goesOn ? Math.min(2 * last.lateMs, LATE_MOST_MS) : LATE_MS;
      const timer = setTimeout(() => {
        due.delete(name);
        told.set(name, { at: Date.now(), lateMs });
        tell(name);
      }, lateMs).unref();
      due.set(name, timer);
    },
    forget(name) {
      clearTimeout(due.get(name));
      due.delete(name);
      told.delete(name);
    },
    stop() {
      for (const timer of due.values()) clearTimeout(timer);
    },
  };
}
