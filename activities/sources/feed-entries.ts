/** Reads the entries of an RSS, RDF or Atom feed in one pass. Tolerates the mistakes that real feeds make. */
import { Parser } from 'htmlparser2';
import { htmlTextOf } from './html';

export interface FeedEntry {
  readonly title: string;
  /** As written, so it may be relative to the feed. Empty when there is none. */
  readonly link: string;
  /** Summary and content. */
  readonly text: string;
  /** As written, in any format of a date. */
  readonly published: string | undefined;
}

/** Root elements of feeds. */
const FEEDS = ['rss', 'feed', 'rdf:RDF'];
const MOST_ENTRIES = 1_000;
/** Longest text of one element, characters. */
const LONGEST = 20_000;
/** Deepest nesting that is read. No feed is deeper; html.ts says why there is a limit. */
const DEEPEST = 100;

/** @returns undefined when the text is not a feed */
export function feedEntriesOf(xml: string): FeedEntry[] | undefined {
  const entries: FeedEntry[] = [];
  const path: string[] = [];
  let fields = new Map<string, string>();
  let asHtml = new Set<string>();
  /** Depth of the entry that is being read; undefined outside of entries. */
  let entryAt: number | undefined;
  let root = '';

  const parser = new Parser(
    {
      onopentag(name, attributes) {
        path.push(name);
        root ||= name;
        if (entryAt === undefined) {
          if (name !== 'item' && name !== 'entry') return;
          entryAt = path.length;
          fields = new Map();
          asHtml = new Set();
        } else if (path.length === entryAt + 1) {
          // RSS does not say what its texts are; in practice they are HTML.
          if (root !== 'feed' || attributes['type'] === 'html') asHtml.add(name);
          const { rel = 'alternate', href } = attributes;
          if (name === 'link' && rel === 'alternate' && href !== undefined) fields.set('link', href);
        }
      },
      ontext(text) {
        const field = entryAt === undefined ? undefined : path[entryAt];
        if (field === undefined) return;
        const before = fields.get(field) ?? '';
        if (before.length < LONGEST) fields.set(field, before + text);
      },
      onclosetag() {
        if (path.length === entryAt) {
          entryAt = undefined;
          if (entries.length < MOST_ENTRIES) entries.push(entryOf(fields, asHtml));
        }
        path.pop();
      },
    },
    { xmlMode: true },
  );
  for (let read = 0; read < xml.length && path.length <= DEEPEST; read += 65_536) {
    parser.write(xml.slice(read, read + 65_536));
  }
  parser.end();
  return FEEDS.includes(root) ? entries : undefined;
}

function entryOf(fields: ReadonlyMap<string, string>, asHtml: ReadonlySet<string>): FeedEntry {
  const textOf = (...names: string[]) => {
    const name = names.find((each) => fields.has(each)) ?? '';
    const text = fields.get(name) ?? '';
    return asHtml.has(name) ? htmlTextOf(text, LONGEST).text : text;
  };
  return {
    title: textOf('title'),
    link: (fields.get('link') ?? fields.get('guid') ?? '').trim(),
    text: `${textOf('summary', 'description')} ${textOf('content', 'content:encoded')}`,
    published: fields.get('published') ?? fields.get('pubDate') ?? fields.get('updated') ?? fields.get('dc:date'),
  };
}
