/** The name that was probably meant by one that is not known: of an argument, a setting or a tool. */

/** As different as a misspelt name may be: letters to change, and the share of all. */
const [FAR, SHARE] = [3, 0.6];
/** Longest name that is compared; the time is the square of it. */
const NAME_MAX = 64;

/** The name that was probably meant; undefined when none is near. */
export function nearestTo(name: string, names: readonly string[]): string | undefined {
  if (name.length > NAME_MAX) return undefined;
  const [nearest] = names
    .map((other) => ({ other, far: distance(plain(name), plain(other)) }))
    .filter(({ other, far }) => far <= FAR && far < SHARE * Math.max(name.length, other.length))
    .sort((a, b) => a.far - b.far);
  return nearest?.other;
}

/** A name without its style: `timeoutS` is `timeout_s`. */
export const plain = (name: string): string => name.toLowerCase().replace(/[-_]/g, '');

/** How many letters have to be put in, taken out or replaced to make one of the other (Levenshtein). */
function distance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let row = 0; row < from.length; row += 1) {
    const line = [row + 1];
    for (let at = 0; at < to.length; at += 1) {
      const [up = 0, diagonal = 0, left = 0] = [above[at + 1], above[at], line[at]];
      line.push(Math.min(up + 1, left + 1, diagonal + (from[row] === to[at] ? 0 : 1)));
    }
    above = line;
  }
  return above[to.length] ?? 0;
}
