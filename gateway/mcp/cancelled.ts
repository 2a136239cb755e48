/**
 * `notifications/cancelled` of 2025 clients, and what it means. Most libraries send it when their own time is up, each in words of
 * its own. So it ends the wait, and the job goes on; only an abort that is known by its words ends the job, too.
 */
import { z } from 'zod';

const Cancelled = z.looseObject({
  jsonrpc: z.literal('2.0'),
  id: z.undefined().optional(),
  method: z.literal('notifications/cancelled'),
  params: z.looseObject({ requestId: z.union([z.string(), z.number()]), reason: z.unknown().optional() }),
});

export type Cancellation = z.output<typeof Cancelled>;

/** Whether a body takes back a request. */
export function isCancellation(body: unknown): body is Cancellation {
  return Cancelled.safeParse(body).success;
}

/**
 * The words of a person's or a program's own abort, word for word, and who sends them. A library that has the same words for a time-out
 * is not here: the Python SDK says "caller cancelled" also when a framework's `asyncio.wait_for` is over.
 */
const ABORTS: ReadonlyMap<string, string> = new Map([
  ['AbortError: This operation was aborted', 'the TypeScript SDK on Node: `abort()` of the signal given to `callTool`'],
  ['AbortError: signal is aborted without reason', 'the same in Chrome'],
  ['AbortError: The operation was aborted.', 'the same in Firefox, Safari and Bun'],
  ['AbortError: The signal has been aborted', 'the same in Deno'],
  ['context canceled', 'the Go SDK: `cancel()` of the context given to `CallTool`'],
]);

/** Whether a reason is known to be an abort. A cancellation without a reason, or with one that is no text, may mean anything. */
export function isKnownAbort(reason: unknown): boolean {
  return typeof reason === 'string' && ABORTS.has(reason.trim());
}
