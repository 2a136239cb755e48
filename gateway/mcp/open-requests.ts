/**
 * The requests of 2025 clients that this process has not answered yet. Such a request can be taken back here and nowhere else: no
 * other replica knows whether it has its answer, and a job whose handle was given out must not end by a word about its request.
 */
import { once } from 'node:events';
import { isKnownAbort } from './cancelled';
import type { Cancellation } from './cancelled';
import type { Session } from './session';

export interface OpenRequest {
  /** Fires when the request is taken back, and when its client hangs up. */
  readonly signal: AbortSignal;
  /** Whether the request was taken back: it wants no answer then. */
  readonly takenBack: () => boolean;
  /** Whether it was taken back by an abort, which ends the job as well. After a hang-up this waits a moment for the word. */
  readonly aborted: () => Promise<boolean>;
  /** To be called once there is an answer. */
  readonly close: () => void;
}

export interface OpenRequests {
  /** @param hangUp - fires when the client hangs up */
  open(session: Session | undefined, requestId: string | number, hangUp: AbortSignal): OpenRequest;
  /** Takes back the request of a session that has this id. One that is not open here is left alone. */
  takeBack(session: Session, cancellation: Cancellation): void;
}

/** Why the signal of such a request fires. It is made once: an error of its own for each would cost a stack each. */
const TAKEN_BACK = new Error('The client has taken its request back.');

/** Some libraries hang up first and say why after, in a request of its own. Longest time between the two, milliseconds. */
const SAYS_WHY_MS = 2_000;

export function createOpenRequests(): OpenRequests {
  const open = new Map<string, (reason: unknown) => void>();
  const nameOf = (session: Session, id: string | number): string => JSON.stringify([session.id, id]);

  return {
    open(session, requestId, hangUp) {
      // Nobody can name the request of a client without a session.
      if (!session)
        return {
          signal: hangUp,
          takenBack: () => false,
          aborted: () => Promise.resolve(false),
          close: () => undefined,
        };
      const name = nameOf(session, requestId);
      const over = new AbortController();
      let aborted = false;
      const takeBack = (reason: unknown): void => {
        aborted = isKnownAbort(reason);
        over.abort(TAKEN_BACK);
      };
      open.set(name, takeBack);
      return {
        signal: AbortSignal.any([hangUp, over.signal]),
        takenBack: () => over.signal.aborted,
        aborted: async () => {
          if (hangUp.aborted) await firedWithin(over.signal, SAYS_WHY_MS);
          return aborted;
        },
        close: () => {
          // A client that uses an id twice has taken the name for its later request.
          if (open.get(name) === takeBack) open.delete(name);
        },
      };
    },

    takeBack: (session, { params }) => open.get(nameOf(session, params.requestId))?.(params.reason),
  };
}

/** Settled as soon as `signal` has fired, or when the time is over. */
async function firedWithin(signal: AbortSignal, ms: number): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort', { signal: AbortSignal.timeout(ms) }).catch(() => undefined);
}
