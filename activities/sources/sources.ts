/** Which sources there are, by configuration. A new one is a file beside this one and a line in `sourcesOf`. */
import type { Egress } from '../egress';
import { arxiv } from './arxiv';
import type { ArxivConfig } from './arxiv';
import { feeds } from './feed';
import { folders } from './folder';
import { github } from './github';
import type { GithubConfig } from './github';
import { hackerNews } from './hacker-news';
import type { HackerNewsConfig } from './hacker-news';
import { searxng } from './searxng';
import type { SearxngConfig } from './searxng';
import type { Source } from './source';
import { wikipedia } from './wikipedia';
import type { WikipediaConfig } from './wikipedia';

/** A source without its part is off. */
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

/** The sources that are on, by name. */
export function sourcesOf(config: SourcesConfig, egress: Egress): ReadonlyMap<string, Source> {
  const { feeds: urls = [], folders: paths = [] } = config;
  const sources = [
    config.wikipedia && wikipedia({ egress, ...config.wikipedia }),
    config.hackerNews && hackerNews({ egress, ...config.hackerNews }),
    config.arxiv && arxiv({ egress, ...config.arxiv }),
    config.github && github({ egress, ...config.github }),
    config.searxng && searxng({ egress, ...config.searxng }),
    urls.length > 0 && feeds({ egress, urls }),
    paths.length > 0 && folders({ folders: paths }),
  ];
  return new Map(sources.flatMap((source) => (source ? [[source.name, source]] : [])));
}
