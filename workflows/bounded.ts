/** Refuses values that Temporal would not accept: the workflow would be retried with them for ever. */
import { MAX_RESULT_BYTES } from './contract';
import type { ApplicationFailure } from '@temporalio/workflow';
import type { Policy } from './contract';
import { fail } from './failure';

/**
 * Returns `value` itself if it fits into a payload.
 *
 * @param what - names the value in the error
 * @throws ApplicationFailure `too_large` over 1.5 MB of JSON; `broken` when it is not JSON
 */
export function bounded<R>(what: string, value: R, policy: Policy): R {
  const text = jsonOf(what, value, policy);
  if (fits(text)) return value;
  throw tooLarge(what, text, policy);
}

/** Whether a JSON text is small enough for Temporal. */
export function fits(text: string): boolean {
  return bytesIn(text) <= MAX_RESULT_BYTES;
}

/** The failure for a JSON text that is not. */
export function tooLarge(what: string, text: string, { attempts }: Policy): ApplicationFailure {
  const sentence = `${what} has ${bytesIn(text)} bytes; ${MAX_RESULT_BYTES} is the limit.`;
  return fail('too_large', sentence, { sideEffect: 'unknown', of: attempts });
}

/** The length of a text in UTF-8. */
export const bytesIn = (text: string): number => new TextEncoder().encode(text).length;

/** `JSON.stringify` with its true type: it returns undefined for a function or a symbol. */
const stringify: (value: unknown) => string | undefined = JSON.stringify;

/** The JSON of `value`. @throws ApplicationFailure `broken` when there is none */
export function jsonOf(what: string, value: unknown, { attempts }: Policy): string {
  const refuse = (cause?: Error) =>
    fail('broken', `${what} is not JSON.`, { sideEffect: 'unknown', of: attempts }, cause);
  let text: string | undefined;
  try {
    text = stringify(value ?? null);
  } catch (error) {
    throw refuse(error instanceof Error ? error : undefined);
  }
  if (text === undefined) throw refuse();
  return text;
}
