/** The connections to one server: made when they are needed, kept, and never taken from a call that uses them. */
import { createBreaker } from './breaker';
import type { Connection } from './connection';
import { heeding } from './waiting';
import { Trouble } from './trouble';

/** How long a session of one caller is kept without a call, milliseconds; and how many sessions there may be. */
export const CALLER_IDLE_MS = 3_600_000;
const SESSIONS_MAX = 100;

/** A connection that ends sooner than this counts as one that failed, milliseconds. */
const QUICK_MS = 10_000;

/** How long a server that kept silent may take to show that it lives, milliseconds. */
const LIVES_MS = 5_000;

/** Which connection is meant, and how long it is kept without a call, milliseconds. */
export interface Session {
  readonly key: string;
  readonly keepMs: number;
}

export interface Pool {
  /**
   * Runs `run` on a session's connection, which is made if there is none. If the server did not see the request, since the session
   * or the process was gone, it is run once more on a new connection. A connection on which nothing is answered any more gets no new
   * requests, and ends with those that it has.
   *
   * @param run - may say that the session goes on as another one
   * @throws Trouble; the signal's reason once that has fired
   */
  use<T>(
    session: Session,
    signal: AbortSignal,
    run: (connection: Connection, goesOn: GoesOn) => Promise<T>,
  ): Promise<T>;
  /** Ends all connections. Calls in flight end first, within `withinMs`. */
  close(withinMs: number): Promise<void>;
}

type GoesOn = (as: Session) => void;

export interface PoolNeeds {
  readonly name: string;
  readonly open: () => Promise<Connection>;
  /** Told when a connection was lost that nobody had closed. */
  readonly onLost: () => void;
}

interface Entry {
  session: Session;
  readonly connecting: Promise<Connection>;
  users: number;
  usedAt: number;
  /** It is to be closed as soon as nobody uses it. */
  dropped: boolean;
  idle: NodeJS.Timeout | undefined;
}

/** Whether a server that was silent for too long is so to everything: one request may just take its time. */
const hangs = async (connection: Connection, { silentMs }: Trouble): Promise<boolean> =>
  silentMs !== undefined && !(await connection.answers(Math.min(silentMs, LIVES_MS)));

export function createPool({ name, open, onLost }: PoolNeeds): Pool {
  const entries = new Map<string, Entry>();
  const breaker = createBreaker();
  /** Connections that are no longer for new calls, too. */
  const living = new Set<Entry>();
  let closed = false;
  let onQuiet: (() => void) | undefined;

  function enter(session: Session): Entry {
    if (closed) throw new Trouble('unsent', `Upstream ${name} is not connected any more: this worker stops.`);
    const leftMs = breaker.leftMs();
    if (leftMs > 0)
      throw new Trouble('unsent', `${breaker.why()} It is tried again in ${Math.ceil(leftMs / 1_000)} s.`, {
        retryAfterMs: leftMs,
      });
    const known = entries.get(session.key);
    if (known) return known;
    if (entries.size >= SESSIONS_MAX) makeRoom();
    const entry: Entry = { session, connecting: open(), users: 0, usedAt: 0, dropped: false, idle: undefined };
    entries.set(session.key, entry);
    living.add(entry);
    entry.connecting.then(
      (connection) => watch(entry, connection),
      (error: unknown) => {
        breaker.failed(error instanceof Trouble ? error.message : `Upstream ${name} cannot be connected.`);
        living.delete(entry);
        forget(entry);
        quiet();
      },
    );
    return entry;
  }

  function watch(entry: Entry, connection: Connection): void {
    const connectedAt = Date.now();
    connection.onEnd(() => {
      living.delete(entry);
      if (entry.dropped) return;
      entry.dropped = true;
      forget(entry);
      clearTimeout(entry.idle);
      connection.close().catch(() => undefined); // what is left of it
      if (Date.now() - connectedAt < QUICK_MS) breaker.failed(`Upstream ${name} ended soon after it was connected.`);
      onLost();
    });
  }

  function forget(entry: Entry): void {
    if (entries.get(entry.session.key) === entry) entries.delete(entry.session.key);
  }

  /** No new call gets it; it is closed once the calls that have it are over. */
  function drop(entry: Entry): void {
    entry.dropped = true;
    forget(entry);
    clearTimeout(entry.idle);
    if (entry.users > 0) return;
    void entry.connecting
      .then((connection) => connection.close())
      .catch(() => undefined)
      .finally(() => {
        living.delete(entry);
        quiet();
      });
  }

  /** Ends the session that has been without a call for the longest time. */
  function makeRoom(): void {
    const [oldest] = [...entries.values()].filter(({ users }) => users === 0).sort((a, b) => a.usedAt - b.usedAt);
    if (!oldest) throw new Trouble('unsent', `Upstream ${name} has ${SESSIONS_MAX} sessions, all of them with calls.`);
    drop(oldest);
  }

  function leave(entry: Entry): void {
    entry.users -= 1;
    entry.usedAt = Date.now();
    if (entry.users > 0) return;
    const { keepMs } = entry.session;
    if (entry.dropped || keepMs === 0 || closed) drop(entry);
    else if (Number.isFinite(keepMs)) entry.idle = setTimeout(() => drop(entry), keepMs).unref();
  }

  function quiet(): void {
    if (living.size === 0) onQuiet?.();
  }

  return {
    async use(session, signal, run) {
      for (let first = true; ; first = false) {
        signal.throwIfAborted();
        const entry = enter(session);
        entry.users += 1;
        clearTimeout(entry.idle);
        let connection: Connection | undefined;
        try {
          connection = await heeding(signal, entry.connecting);
          const outcome = await run(connection, (as) => {
            forget(entry);
            entry.session = as;
            entries.set(as.key, entry);
          });
          breaker.worked();
          return outcome;
        } catch (error) {
          if (!(error instanceof Trouble) || !connection) throw error;
          const gone = error.kind === 'session' || (error.kind === 'unsent' && connection.isOver());
          if (error.kind === 'session' || (await hangs(connection, error))) {
            entry.dropped = true;
            forget(entry);
          }
          if (gone && first) continue;
          if (error.kind === 'unsent') breaker.failed(error.message);
          throw error;
        } finally {
          leave(entry);
        }
      }
    },

    async close(withinMs) {
      closed = true;
      for (const entry of [...entries.values()]) if (entry.users === 0) drop(entry);
      if (living.size === 0) return;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, Math.min(withinMs, 2 ** 31 - 1))));
      await Promise.race([new Promise<void>((resolve) => (onQuiet = resolve)), late]);
      clearTimeout(timer);
      await Promise.all(
        [...living].map((entry) => entry.connecting.then((connection) => connection.close()).catch(() => undefined)),
      );
    },
  };
}
