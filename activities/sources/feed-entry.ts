/** One entry of a feed, while its elements come in, and what a feed reader makes of them at its end. */
import type { QualifiedTag } from 'sax';
import { dateOf } from './date';
import { isElement, isElementOfTitle } from './elements';
import { UNSEEN, edgeOf, htmlTextOf } from './html';
import { lineOf } from './text';

export interface FeedEntry {
  /** An entry without one has the beginning of its text. */
  readonly title: string;
  /** Absolute. Empty when there is none. */
  readonly link: string;
  /** Summary and content. */
  readonly text: string;
  /** ISO 8601. */
  readonly published: string | undefined;
}

/** An entry that is being read. */
export interface OpenEntry {
  /** @param base - what relative addresses in the element begin with */
  open(name: string, tag: QualifiedTag, base: string): void;
  text(text: string): void;
  /** Closes what was opened last. */
  close(): void;
  /** @param base - what relative addresses in the entry begin with */
  end(base: string): FeedEntry;
}

/** What the text of an element is: as it stands, HTML that is written as text, elements of HTML, or nothing to be read. */
type Kind = 'plain' | 'html' | 'elements' | 'unread';

interface Field {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly base: string;
  kind: Kind;
  text: string;
  /** The elements that are open in it. */
  readonly inside: string[];
}

/** Elements that hold those of the entry. */
const GROUPS = new Set(['media:group', 'media:content']);
/** A title is made from this much of the text, characters. */
const TITLE_MAX = 100;

const TITLES = ['title', 'atom:title', 'dc:title', 'media:title', 'itunes:title'];
const SUMMARIES = ['description', 'atom:summary', 'summary'];
const CONTENTS = ['content:encoded', 'atom:content', 'content'];
/** Read when there is neither summary nor content. */
const OTHER_TEXTS = ['media:description', 'itunes:summary', 'dc:description', 'itunes:subtitle'];
/** When it was published; behind that, when it was changed. */
const DATES = [
  'atom:published published pubdate dc:date dcterms:issued dcterms:created dcterms:date atom:issued issued atom:created',
  'created atom:updated updated dcterms:modified atom:modified modified',
].flatMap((names) => names.split(' '));
const IS_ALTERNATE = /^(?:http:\/\/www\.iana\.org\/assignments\/relation\/)?alternate$/i;
const IS_HTML = /^(?:text\/html|application\/xhtml\+xml)\b/i;

/** @param about - the attribute `rdf:about` of the entry: its address, in RDF */
export function createFeedEntry(about: string | undefined): OpenEntry {
  const fields: Field[] = [];
  const open: Field[] = [];

  return {
    open(name, tag, base) {
      const field = open.at(-1);
      if (field !== undefined && !GROUPS.has(field.name)) return openInside(field, tag.local.toLowerCase());
      const attributes = new Map(Object.values(tag.attributes).map((each) => [each.name.toLowerCase(), each.value]));
      const kind = kindOf(name, attributes.get('type')?.trim().toLowerCase() ?? '', attributes.get('mode'));
      open.push({ name, attributes, base, kind, text: '', inside: [] });
    },
    text(text) {
      const field = open.at(-1);
      if (field === undefined || field.kind === 'unread' || field.inside.some((name) => UNSEEN.has(name))) return;
      field.text += field.kind === 'elements' ? text.replace(/\s+/g, ' ') : text;
    },
    close() {
      const field = open.at(-1);
      const inner = field?.inside.pop();
      if (field === undefined) return;
      if (inner === undefined) fields.push(...open.splice(-1));
      else if (field.kind === 'elements') field.text += edgeOf(inner);
    },
    end(base) {
      const text = textIn(fields);
      return {
        title: fieldsOf(fields, TITLES).map(shownOf).find(isNotBlank) ?? lineOf(text, TITLE_MAX),
        link: linkIn(fields, about, base),
        text,
        published: fieldsOf(fields, DATES)
          .map(({ text: date }) => dateOf(date))
          .find((date) => date !== undefined),
      };
    },
  };
}

/** An element in the text: that is no HTML which is written as text, then. */
function openInside(field: Field, name: string): void {
  field.inside.push(name);
  if (field.kind === 'html' || field.kind === 'plain') {
    field.text = shownOf(field);
    field.kind = 'elements';
  }
  if (field.kind === 'elements') field.text += edgeOf(name);
}

/** Atom says what its texts are. RSS does not; in practice they are HTML. */
function kindOf(name: string, type: string, mode: string | undefined): Kind {
  if (mode === 'base64') return 'unread';
  if (type === 'html' || type === 'text/html') return 'html';
  if (type === 'xhtml' || type === 'application/xhtml+xml') return 'elements';
  const [space] = name.includes(':') ? name.split(':') : [''];
  if (space === 'media' || space === 'itunes') return 'plain';
  if (type === 'text' || type === 'text/plain' || (space === 'atom' && type === ''))
    return mode === 'escaped' ? 'html' : 'plain';
  return space === 'atom' && !/^text\/|[/+]xml$/.test(type) ? 'unread' : 'html';
}

/** In the order of the names. */
function fieldsOf(fields: readonly Field[], names: readonly string[]): Field[] {
  return names.flatMap((name) => fields.filter((field) => field.name === name));
}

function textIn(fields: readonly Field[]): string {
  const firstOf = (names: readonly string[]): string[] =>
    fieldsOf(fields, names).map(shownOf).filter(isNotBlank).slice(0, 1);
  const texts = [...firstOf(SUMMARIES), ...firstOf(CONTENTS)];
  return (texts.length > 0 ? texts : firstOf(OTHER_TEXTS)).join(' ');
}

function shownOf({ name, kind, text }: Field): string {
  if (kind !== 'html') return text;
  return htmlTextOf(text, Infinity, TITLES.includes(name) ? isElementOfTitle : isElement).text;
}

const isNotBlank = (text: string): boolean => text.trim() !== '';

/** The address of the page itself: the first that can be one. */
function linkIn(fields: readonly Field[], about: string | undefined, base: string): string {
  const texts = (name: string): (readonly [string, string])[] =>
    fieldsOf(fields, [name]).map((field) => [field.text, field.base] as const);
  const alternates = fieldsOf(fields, ['atom:link', 'link']).filter(
    ({ attributes }) => attributes.has('href') && IS_ALTERNATE.test(attributes.get('rel') ?? 'alternate'),
  );
  const isHtml = ({ attributes }: Field): boolean => IS_HTML.test(attributes.get('type') ?? 'text/html');
  const hrefs = (links: readonly Field[]) =>
    links.map((field) => [field.attributes.get('href') ?? '', field.base] as const);
  const permanent = fieldsOf(fields, ['guid'])
    .filter(({ attributes }) => attributes.get('ispermalink')?.trim().toLowerCase() !== 'false')
    .map((field) => [field.text, field.base] as const);
  const candidates = [
    ...texts('feedburner:origlink'), // the host that the other one leads to may be gone
    ...texts('link'),
    ...hrefs(alternates.filter(isHtml)),
    ...[...permanent, [about ?? '', base] as const].filter(([address]) => /^\s*https?:\/\//i.test(address)),
    ...hrefs(alternates),
  ];
  const found = candidates.find(([address, from]) => isNotBlank(address) && URL.canParse(address.trim(), from));
  return found === undefined ? '' : new URL(found[0].trim(), found[1]).href;
}
