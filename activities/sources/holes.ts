/** Finds holes in the answer of a source: results that it counts and does not send, or that cannot be read. */
import { failure } from '../failure';
import { resultsOf } from './source';
import type { Skip, Slice } from './source';

/** An answer of a source, in numbers. */
export interface Answered extends Pick<Slice, 'offset'> {
  /** The source's name, and as it is called at the beginning of a sentence. */
  readonly name: string;
  readonly who: string;
  /** How many results were asked for. */
  readonly limit: number;
  /** How many came, whether they can be read or not. */
  readonly sent: number;
  /** How many of them cannot be read. */
  readonly unread: number;
  /** How many there are, as the source counts them. Absent when it does not say so. */
  readonly total?: number | undefined;
  /** Whether it counts them exactly, so that fewer than that are a hole. */
  readonly isExact?: boolean;
}

/**
 * Says what an answer lacks.
 *
 * @throws ApplicationFailure `unavailable` when it has nothing of what it counts: it would look like a search that found nothing
 */
export function tellHoles(
  { name, who, offset, limit, sent, unread, total = 0, isExact = false }: Answered,
  skip?: Skip,
): void {
  if (sent === 0 && total > offset)
    throw failure(
      'unavailable',
      `${who} counts ${resultsOf(total)} and sent none of those that were asked for. Try again later.`,
    );
  if (unread > 0) skip?.({ what: name, why: `${who} sent ${resultsOf(unread)} that cannot be read.` });
  const missing = isExact ? Math.min(limit, total - offset) - sent : 0;
  if (missing > 0) skip?.({ what: name, why: `${who} counts ${resultsOf(missing)} more than it sent.`, again: name });
}
