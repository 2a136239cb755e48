/** Lines out of the pieces in which a stream arrives. */

const NEWLINE = 0x0a;

/**
 * Takes pieces and gives whole lines, without their ends.
 *
 * @param maxBytes - the longest line; `onTooLong` is called once for a longer one, and nothing is given any more
 */
export function createLines(
  maxBytes: number,
  onLine: (line: Buffer) => void,
  onTooLong: () => void,
): (piece: Buffer) => void {
  let held: Buffer[] = [];
  let bytes = 0;
  let over = false;
  const keep = (piece: Buffer): boolean => {
    held.push(piece);
    bytes += piece.length;
    if (bytes <= maxBytes) return true;
    over = true;
    held = [];
    onTooLong();
    return false;
  };
  return (piece) => {
    for (let from = 0; !over;) {
      const end = piece.indexOf(NEWLINE, from);
      if (!keep(piece.subarray(from, end === -1 ? piece.length : end)) || end === -1) return;
      const line = held.length === 1 ? held[0] : Buffer.concat(held);
      [held, bytes, from] = [[], 0, end + 1];
      if (line) onLine(line);
    }
  };
}
