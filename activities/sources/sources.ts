/**
 * The sources that the configuration turns on. A new one is a file beside this one, what is read of its
 * replies in replies.ts, and a line in `createSources`.
 */
import type { Egress } from '../egress/egress';
import { createArxivSource } from './arxiv';
import type { ArxivConfig } from './arxiv';
import { createFeedsSource } from './feed';
import { createFoldersSource } from './folder';
import { createGithubSource } from './github';
import type { GithubConfig } from './github';
import { createHackerNewsSource } from './hacker-news';
import type { HackerNewsConfig } from './hacker-news';
import { createSearxngSource } from './searxng';
import type { SearxngConfig } from './searxng';
import type { Source } from './source';
import { createWikipediaSource } from './wikipedia';
import type { WikipediaConfig } from './wikipedia';

/** Settings of the sources. A source without settings is off. */
export interface SourcesConfig {
  readonly wikipedia?: WikipediaConfig | undefined;
  readonly hackerNews?: HackerNewsConfig | undefined;
  readonly arxiv?: ArxivConfig | undefined;
  readonly github?: GithubConfig | undefined;
  readonly searxng?: SearxngConfig | undefined;
  /** Addresses of RSS and Atom feeds. */
  readonly feeds?: readonly string[];
  /** Folders of documents. */
  readonly folders?: readonly string[];
}

/** @returns the sources that are on, by name */
export function createSources(config: SourcesConfig, egress: Egress): ReadonlyMap<string, Source> {
  const { wikipedia, hackerNews, arxiv, github, searxng, feeds = [], folders = [] } = config;
  const sources = [
    wikipedia && createWikipediaSource(wikipedia, egress),
    hackerNews && createHackerNewsSource(hackerNews, egress),
    arxiv && createArxivSource(arxiv, egress),
    github && createGithubSource(github, egress),
    searxng && createSearxngSource(searxng, egress),
    feeds.length > 0 && createFeedsSource(feeds, egress),
    folders.length > 0 && createFoldersSource(folders),
  ];
  return new Map(sources.flatMap((source) => (source ? [[source.name, source]] : [])));
}
