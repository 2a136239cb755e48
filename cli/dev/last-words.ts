/** Why a process ended, as its log tells. */
import { placeIn } from '../../config/place';

/** What Node says when the SDK has cut off the code of a workflow in the midst of it. */
const CUT_OFF = /async hook stack has become corrupted/;

/** Whether the code of a workflow held a worker until that ended. */
export const wasHeld = (said: string): boolean => CUT_OFF.test(said);

/** What a person is told then. */
export const HELD =
  'ended since the code of a workflow ran for 30 s without a pause: look for a loop without an end. Its job takes each worker that tries it; holdfast jobs --running has it, and jobs cancel ends it.';

/**
 * The sentence in which a process said why it ended, lines of its log apart: another of its kind may write there, too. For an unexpected
 * error Node prints a stack and its own version after it.
 */
export function lastSentence(said: string): string | undefined {
  const lines = said
    .trim()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('{'));
  if (lines.at(-1)?.startsWith('Node.js v') !== true) return lines.at(-1);
  const at = lines.findLastIndex((line) => /^\w*Error\b/.test(line));
  const place = placeIn(lines.slice(at).join('\n'));
  return place === undefined ? lines[at] : `${lines[at] ?? ''} (${place}).`;
}
