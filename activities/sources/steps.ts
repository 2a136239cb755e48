/** Steps that list the sources, search one of them, and read a document. */
import { z } from 'zod';
import type { Hit, Searched, Skipped } from '../../workflows/search-sources/tool';
import type { Egress } from '../egress/egress';
import { failure } from '../failure';
import { step } from '../step';
import { createPageReader } from './page';
import type { Page } from './page';
import { createSources } from './sources';
import type { SourcesConfig } from './sources';

const Search = z.object({
  source: z.string(),
  query: z.string().trim().min(1).max(300),
  offset: z.int().min(0).max(1_000).default(0),
  limit: z.int().min(1).max(50).default(10),
  /** What the caller takes besides the hits. Absent in jobs of an older version, which take the hits alone. */
  naming: z.literal('skipped').optional(),
});

export interface SourceStepsNeeds extends SourcesConfig {
  /** Reaches the sources that the operator configured. */
  readonly egress: Egress;
  /** Reaches the pages that their hits name, which may be anywhere. */
  readonly pages: Egress;
}

export interface SourceSteps {
  /** The names of the sources. */
  listSources(): Promise<string[]>;
  /** Searches the source, or the part of one, that `search` names. */
  searchSource(search: z.input<typeof Search>): Promise<Hit[] | Searched>;
  /** Reads a document as text: a web page, or a file in an offered folder. */
  readPage(page: { readonly url: string }): Promise<Page>;
}

export function createSourceSteps({ egress, pages, ...config }: SourceStepsNeeds): SourceSteps {
  const sources = createSources(config, egress);
  const read = createPageReader({ egress: pages, folders: config.folders ?? [] });
  const names = step(() => Promise.resolve([...sources.keys()]));
  const parts = [...sources.values()].flatMap((source) => source.parts ?? []);
  const searchable = new Map([...sources, ...parts.map((part) => [part.name, part] as const)]);

  return {
    listSources: () => names(undefined),
    searchSource: step(async (input: z.input<typeof Search>, { signal }) => {
      const { success, data, error } = Search.safeParse(input);
      if (!success) throw failure('invalid_input', `The search is not well-formed:\n${z.prettifyError(error)}`);
      const source = searchable.get(data.source);
      if (source === undefined) {
        const offered = [...sources.keys()].join(', ') || 'none';
        throw failure('invalid_input', `There is no source of this name. The sources of this server are: ${offered}.`);
      }
      const skipped: Skipped[] = [];
      const slice = { offset: data.offset, limit: data.limit };
      const hits = await source.search(data.query, slice, signal, (what) => skipped.push(what));
      return data.naming === 'skipped' ? { hits, skipped } : hits;
    }),
    readPage: step(({ url }: { url: string }, { signal }) => read(url, signal)),
  };
}
