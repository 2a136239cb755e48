/**
 * A short piece of a text for people and models, who see a flag or a letter with its accents as one character. Not for
 * workflows: what counts as one changes with the version of Node, and a workflow has to decide the same in each.
 */
import { head } from './cut';

/** Longest character as people see it, UTF-16 units: a family of emoji has up to 25. Under more accents than that a letter is cut. */
const LONGEST = 64;

const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The beginning of a text: at most `max` UTF-16 units, and no character in part. */
export function excerpt(text: string, max: number): string {
  if (text.length <= max) return text;
  const near = text.slice(0, max + LONGEST);
  const start = characters.segment(near).containing(max)?.index ?? max;
  return max - start > LONGEST ? head(text, max) : text.slice(0, start);
}
