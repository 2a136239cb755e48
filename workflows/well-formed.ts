/**
 * Errors as Temporal takes them. Half of a character (a lone surrogate) in the text of one would end its worker, and the next that
 * tries: the SDK's core cannot read it. It imports nothing, so that it can be loaded anywhere.
 */

/** Causes of causes that are looked at. They may go round in circles. */
const DEEPEST = 20;

/** The error itself, with each half of a character in its texts, and in those of its causes, replaced by U+FFFD. */
export function wellFormedError<E>(error: E): E {
  let at: unknown = error;
  for (let depth = 0; at instanceof Error && depth < DEEPEST; depth += 1) {
    if (!at.message.isWellFormed()) at.message = at.message.toWellFormed();
    if (at.stack?.isWellFormed() === false) at.stack = at.stack.toWellFormed();
    at = at.cause;
  }
  return error;
}
