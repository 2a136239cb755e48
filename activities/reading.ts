/** Where the bytes of strangers are read: in a thread, where no reader, however long it takes, holds what others share. */
import { inThread } from './thread';

/**
 * Up to this size, bytes, a text is read where its step runs, since a thread would cost more. The worst that is known of this size
 * takes some 30 ms: a reader given to {@link reading} goes through its text once, descends into itself nowhere, looks at a
 * bounded number of entries, and has no regular expression that tries the same letters twice. What is not so, such as the search
 * for the article of a page or a parser of YAML, is given to `inThread` at any size.
 */
const SMALL_BYTES = 16 * 1_024;
/** How long one text may take, milliseconds. An honest one takes some ten. */
const TIME_MS = 3_000;

/**
 * The function `read`, which `module` exports as `name`, to be called with what a stranger wrote.
 *
 * @param module - as for {@link inThread}
 * @returns throws as {@link inThread}: a text that takes too much time or memory is `too_large`, and would be again
 */
export function reading<I extends { readonly body: Uint8Array }, O>(
  module: string,
  name: string,
  read: (input: I) => O,
): (input: I, signal: AbortSignal) => Promise<O> {
  const apart = inThread<(input: I) => O>(module, name, TIME_MS);
  return async (input, signal) => (input.body.length <= SMALL_BYTES ? read(input) : apart(input, signal));
}
