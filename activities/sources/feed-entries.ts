/** Reads the entries of an RSS, RDF or Atom feed in one pass. Tolerates the mistakes that real feeds make. */
import { parser as createParser } from 'sax';
import { createFeedEntry } from './feed-entry';
import type { FeedEntry, OpenEntry } from './feed-entry';
import { usualName } from './feed-vocabulary';

export interface FeedEntries {
  readonly entries: readonly FeedEntry[];
  /** Why there may be more than these, in a sentence. Absent when the whole feed was read. */
  readonly hole?: string;
  /** How many results the feed says that there are, where it answers a search. */
  readonly total?: number | undefined;
}

/** Root elements of feeds. */
const FEEDS = new Set(['rss', 'feed', 'atom:feed', 'rdf:rdf', 'rdf']);
const ENTRIES = new Set(['item', 'entry', 'atom:entry']);
const MOST_ENTRIES = 1_000;
/** Deepest nesting that is read. No feed is deeper. */
const DEEPEST = 100;
/** Most mistakes that are tolerated: a text is no feed that has nothing else. */
const MOST_MISTAKES = 5_000;

/** Thrown out of the parser, which knows no other end than that of its text. */
class Stop extends Error {
  constructor(readonly reason: 'no feed' | 'broken' | 'full') {
    super(reason);
  }
}
const stop = (reason: Stop['reason']): never => {
  throw new Stop(reason);
};

/**
 * @param url - where the feed was found: relative addresses in it begin there
 * @returns undefined when the text is not a feed
 */
export function feedEntriesOf(xml: string, url: string): FeedEntries | undefined {
  const found: Found = { entries: [], isFeed: false, isAtEnd: false, stop: undefined, total: undefined };
  /** For each element that is open, what relative addresses in it begin with. */
  const bases: string[] = [];
  let entry: OpenEntry | undefined;
  /** Depth of the entry that is being read. */
  let entryAt = 0;
  let isTotal = false;
  let mistakes = 0;

  const parser = createParser(true, { xmlns: true, position: false });
  parser.onerror = () => {
    if (++mistakes > MOST_MISTAKES) stop('broken');
    parser.resume(); // so that it goes on behind the mistake
  };
  parser.onopentag = (tag) => {
    if (!('ns' in tag)) return;
    const name = usualName(tag);
    if (name === 'html' && !found.isFeed) stop('no feed');
    found.isFeed ||= FEEDS.has(name);
    bases.push(resolved(tag.attributes['xml:base']?.value, bases.at(-1) ?? url));
    if (bases.length > DEEPEST) stop('broken');
    if (entry !== undefined) entry.open(name, tag, bases.at(-1) ?? url);
    else if (found.isFeed && ENTRIES.has(name)) {
      entryAt = bases.length;
      entry = createFeedEntry(tag.attributes['rdf:about']?.value);
    } else isTotal = name === 'opensearch:totalresults';
  };
  parser.ontext = parser.oncdata = (text) => {
    if (entry !== undefined) entry.text(text);
    else if (isTotal && /^\s*\d{1,9}\s*$/.test(text)) found.total ??= Number(text);
  };
  parser.onclosetag = () => {
    isTotal = false;
    if (entry !== undefined && bases.length === entryAt) {
      if (found.entries.length < MOST_ENTRIES) found.entries.push(entry.end(bases.at(-1) ?? url));
      else stop('full');
      entry = undefined;
    } else entry?.close();
    bases.pop();
    if (bases.length === 0 && found.isFeed) found.isAtEnd = true;
  };

  try {
    parser.write(xml);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    found.stop = error.reason;
  }
  if (!found.isFeed) return undefined;
  const hole = holeOf(found);
  return { entries: found.entries, ...(hole !== undefined && { hole }), total: found.total };
}

/** What is found so far. */
interface Found {
  readonly entries: FeedEntry[];
  isFeed: boolean;
  /** Whether the feed has ended. */
  isAtEnd: boolean;
  /** Why the rest of the text is not read. */
  stop: Stop['reason'] | undefined;
  total: number | undefined;
}

function holeOf({ stop, isAtEnd }: Found): string | undefined {
  if (stop === 'full') return `it has more than ${MOST_ENTRIES} entries; the rest was left out`;
  return stop !== undefined || !isAtEnd ? 'it is broken off, or too damaged to be read to its end' : undefined;
}

/** What `reference` means in a document at `base`; `base` when that cannot be told. */
function resolved(reference: string | undefined, base: string): string {
  return reference !== undefined && URL.canParse(reference, base) ? new URL(reference, base).href : base;
}
