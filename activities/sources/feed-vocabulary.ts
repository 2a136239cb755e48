/** What the elements of feeds are called, whatever prefixes a feed gives to their namespaces. */

/** Their usual prefix, by namespace. RSS has none, and neither have elements of an Atom feed that forgot its own. */
const NAMESPACES: Readonly<Record<string, string>> = {
  '': '',
  'http://purl.org/rss/1.0/': '',
  'http://my.netscape.com/rdf/simple/0.9/': '',
  'http://channel.netscape.com/rdf/simple/0.9/': '',
  'http://my.netscape.com/publish/formats/rss-0.91.dtd': '',
  'http://backend.userland.com/rss': '',
  'http://backend.userland.com/rss2': '',
  'http://backend.userland.com/rss091': '',
  'http://blogs.law.harvard.edu/tech/rss': '',
  'http://cyber.law.harvard.edu/rss/rss.html': '',
  'http://www.w3.org/2005/atom': 'atom',
  'http://purl.org/atom/ns#': 'atom',
  'http://www.w3.org/1999/02/22-rdf-syntax-ns#': 'rdf',
  'http://purl.org/rss/1.0/modules/content/': 'content',
  'http://purl.org/dc/elements/1.1/': 'dc',
  'http://purl.org/dc/elements/1.0/': 'dc',
  'http://purl.org/dc/terms/': 'dcterms',
  'http://search.yahoo.com/mrss/': 'media',
  'http://search.yahoo.com/mrss': 'media',
  'http://www.itunes.com/dtds/podcast-1.0.dtd': 'itunes',
  'http://rssnamespace.org/feedburner/ext/1.0': 'feedburner',
  'http://a9.com/-/spec/opensearch/1.1/': 'opensearch',
};
const PREFIXES = new Set(Object.values(NAMESPACES));

export interface QualifiedName {
  /** The namespace. The prefix, where the feed has declared none for it. */
  readonly uri: string;
  readonly prefix: string;
  readonly local: string;
}

/**
 * The name with the usual prefix, such as `atom:link`; `title` alone for RSS. In lower case, since some feeds write `pubdate`.
 * What is in a namespace that is not known keeps all of it.
 */
export function usualName({ uri, local }: QualifiedName): string {
  const space = uri.trim().toLowerCase();
  const usual = Object.hasOwn(NAMESPACES, space) ? NAMESPACES[space] : PREFIXES.has(space) ? space : undefined;
  if (usual === undefined) return `{${uri}}${local}`;
  return usual === '' ? local.toLowerCase() : `${usual}:${local.toLowerCase()}`;
}
