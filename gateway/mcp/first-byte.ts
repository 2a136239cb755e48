/** How long an answer may be waited for before its first byte leaves, and who stops waiting before. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Problem } from '../errors';

/** The HTTP status of a call is held back this long while Temporal has not said whether it is durable. */
const FIRST_BYTE_MS = 800;

/** Why the signal of a request fires. It is made once: an error of its own for each request would cost a stack each. */
const HUNG_UP = new Error('The client has hung up.');

/** Whether the answer to a method may take long: these wait for a job. */
export const mayTakeLong = (method: string | undefined): boolean =>
  method === 'tools/call' || method === 'tasks/result';

/** What is known of an answer when its first byte is due. */
export type Known<A> =
  | { readonly kind: 'ready'; readonly answer: A }
  | { readonly kind: 'refused'; readonly problem: Problem }
  | { readonly kind: 'late' };

/**
 * Waits for an answer until its first byte is due.
 *
 * @param decided - why there will be none; undefined once there is sure to be one
 */
export async function whenDue<A>(coming: Promise<A>, decided: Promise<Problem | undefined>): Promise<Known<A>> {
  const due = after(FIRST_BYTE_MS, coming);
  const problem = await Promise.race([decided, coming.then(() => undefined), due]);
  if (problem) return { kind: 'refused', problem };
  return Promise.race([
    coming.then((answer): Known<A> => ({ kind: 'ready', answer })),
    due.then((): Known<A> => ({ kind: 'late' })),
  ]);
}

/** Fires when the client hangs up before it has its answer. */
export function hangUpOf({ socket }: IncomingMessage, response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const closed = (): void => {
    if (!response.writableFinished) controller.abort(HUNG_UP);
  };
  response.once('close', closed);
  // The answer to a pipelined request has no socket before its turn, and is not told when the client is gone by then.
  if (response.socket === null) socket.once('close', closed);
  return controller.signal;
}

/** Resolves after `ms` milliseconds, unless `first` is settled before. */
function after(ms: number, first: Promise<unknown>): Promise<undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms, undefined).unref();
    const clear = (): void => clearTimeout(timer);
    first.then(clear, clear);
  });
}
