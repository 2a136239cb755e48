/** How tenants share a gateway: while more than one of them asks, the requests that are worked on at one time are bounded, and a light tenant does not wait for a heavy one. */

/** Requests that are worked on at one time while tenants share. What waits for its job is not worked on. */
const AT_ONCE = 8;
/** A request that has no answer after this long, milliseconds, waits for its job. */
const WORK_MS = 300;
/** A tenant that has asked nothing for this long, milliseconds, shares with nobody. */
const RECENT_MS = 10_000;

/** Runs what a tenant asks for, when it may begin. A tenant of which nothing is worked on never waits. */
export type Turns = <R>(tenant: string, run: () => Promise<R>) => Promise<R>;

interface Share {
  /** Requests that are worked on. */
  busy: number;
  /** What begins those that wait. */
  readonly waiting: (() => void)[];
}

export function createTurns(): Turns {
  const shares = new Map<string, Share>();
  let busy = 0;
  let last = { tenant: '', at: -Infinity };
  /** When a tenant asked last that is not the one of `last`. */
  let otherAt = -Infinity;

  /** Whether another tenant than this one has asked lately. */
  const isShared = (tenant: string): boolean => {
    const now = performance.now();
    if (last.tenant !== tenant) otherAt = last.at;
    last = { tenant, at: now };
    return now - otherAt < RECENT_MS;
  };
  const take = (share: Share): void => {
    share.busy += 1;
    busy += 1;
  };
  /** Lets those begin that may, first of the tenant with the least under way. */
  const handOn = (): void => {
    while (busy < AT_ONCE) {
      const [next] = [...shares.values()].filter(({ waiting }) => waiting.length > 0).sort((a, b) => a.busy - b.busy);
      if (!next) return;
      take(next);
      next.waiting.shift()?.();
    }
  };

  return async (tenant, run) => {
    const share = shares.get(tenant) ?? { busy: 0, waiting: [] };
    shares.set(tenant, share);
    if (isShared(tenant) && busy >= AT_ONCE && share.busy > 0)
      await new Promise<void>((begin) => share.waiting.push(begin));
    else take(share);
    let working = true;
    const rest = (): void => {
      if (!working) return;
      working = false;
      share.busy -= 1;
      busy -= 1;
      if (share.busy === 0 && share.waiting.length === 0) shares.delete(tenant);
      setImmediate(handOn); // others that have come meanwhile are seen first
    };
    const timer = setTimeout(rest, WORK_MS);
    try {
      return await run();
    } finally {
      clearTimeout(timer);
      rest();
    }
  };
}
