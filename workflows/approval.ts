/** A job that a person has to allow before it does anything. */
import { head, tail } from './cut';
import { fail } from './failure';
import type { Ask } from './questions';

/** How much of long arguments is shown to the person who has to allow the call, characters: the beginning, and the end. */
const HEAD = 1_500;
const TAIL = 500;

/**
 * Asks a person to allow the job. Returns only if one did.
 *
 * @throws ApplicationFailure `refused` when nobody did in time, or somebody did not
 */
export async function approve(tool: string, input: unknown, ask: Ask): Promise<void> {
  const { action } = await ask({
    message: `${tool} wants to run with ${shownOf(input)}. Allow it?`,
    schema: { type: 'object', properties: {} },
  });
  if (action === 'accept') return;
  const why = action === 'expired' ? 'Nobody allowed the call in time' : 'A person did not allow the call';
  throw fail('refused', `${why}: nothing was done.`, { sideEffect: 'none' });
}

/** The arguments, or their beginning and end and how much is missing: nobody should allow arguments that were cut unnoticed. */
function shownOf(input: unknown): string {
  const text = JSON.stringify(input ?? null);
  if (text.length <= HEAD + TAIL) return text;
  const [first, last] = [head(text, HEAD), tail(text, TAIL)];
  const omitted = text.length - first.length - last.length;
  return `${first} [${omitted} of ${text.length} characters left out] ${last}`;
}
