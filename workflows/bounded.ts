/** Lets values through that Temporal will take. One that it will not would be tried for ever. */
import { MAX_RESULT_BYTES } from './contract';
import type { FailureDetail, Policy } from './contract';
import { fail } from './failure';

/**
 * Hands `value` back as it is.
 *
 * @param what - names it in the error
 * @throws ApplicationFailure `too_large` over 1.5 MB of JSON; `broken` when it is not JSON
 */
export function bounded<R>(what: string, value: R, policy: Policy): R {
  const bytes = new TextEncoder().encode(jsonOf(what, value, policy)).length;
  if (bytes <= MAX_RESULT_BYTES) return value;
  const detail: FailureDetail = { sideEffect: 'unknown', of: policy.attempts };
  throw fail('too_large', `${what} has ${bytes} bytes; ${MAX_RESULT_BYTES} is the limit.`, detail);
}

/** As it is: a function or a symbol has no JSON. */
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
