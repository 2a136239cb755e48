/** What a step found in a source, and what it left out, in its present form. */
interface Searched<H, S> {
  readonly hits: readonly H[];
  readonly skipped: readonly S[];
}

/** Workers of an older version return only the hits, and histories of their time hold that. */
export function searchedIn<H, S>(value: Searched<H, S> | readonly H[]): Searched<H, S> {
  return 'hits' in value ? value : { hits: value, skipped: [] };
}
