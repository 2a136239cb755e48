/** Server-sent events in whole, so that each is looked at before anybody reads it. */

const [CR, LF] = [0x0d, 0x0a];

/**
 * Gives a stream of events, an event at a time.
 *
 * @param maxBytes - the longest event
 * @param onTooLong - makes the error for a longer one
 */
export async function* wholeEvents(
  pieces: AsyncIterable<Uint8Array>,
  maxBytes: number,
  onTooLong: () => Error,
): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  /** Ends of lines in a row: two end an event. CR LF is one. */
  let ends = 0;
  let last = 0;
  for await (const piece of pieces) {
    let from = 0;
    for (let at = 0; at < piece.length; at += 1) {
      const byte = piece[at] as number;
      const second = byte === LF && last === CR;
      last = byte;
      if ((bytes += 1) > maxBytes) throw onTooLong();
      if (second) continue;
      ends = byte === CR || byte === LF ? ends + 1 : 0;
      if (ends < 2) continue;
      held.push(piece.subarray(from, at + 1));
      yield Buffer.concat(held);
      [held, bytes, ends, from] = [[], 0, 0, at + 1];
    }
    if (from < piece.length) held.push(piece.subarray(from));
  }
}
