/** The steps on sources: which there are, what one finds, what a document says. */
import { z } from 'zod';
import type { Egress } from '../egress';
import { failure } from '../failure';
import { step } from '../step';
import { pageReader } from './page';
import { sourcesOf } from './sources';
import type { SourcesConfig } from './sources';

/** What a search may ask for. */
const Search = z.object({
  source: z.string(),
  query: z.string().trim().min(1).max(300),
  offset: z.int().min(0).max(1_000).default(0),
  limit: z.int().min(1).max(50).default(10),
});

/** The ways out: `egress` to the sources that the operator configured, `pages` to wherever their hits lead. */
interface Ways {
  readonly egress: Egress;
  readonly pages: Egress;
}

export function sourceSteps({ egress, pages, ...config }: SourcesConfig & Ways) {
  const sources = sourcesOf(config, egress);
  const read = pageReader({ egress: pages, folders: config.folders ?? [] });
  const names = step(() => Promise.resolve([...sources.keys()]));

  return {
    listSources: () => names(undefined),
    searchSource: step(async (input: z.input<typeof Search>, { signal }) => {
      const { success, data, error } = Search.safeParse(input);
      if (!success) throw failure('invalid_input', `The search is not well-formed:\n${z.prettifyError(error)}`);
      const source = sources.get(data.source);
      if (source === undefined) {
        const offered = [...sources.keys()].join(', ') || 'none';
        throw failure('invalid_input', `There is no source of this name. The sources of this server are: ${offered}.`);
      }
      return source.search(data.query, { offset: data.offset, limit: data.limit }, signal);
    }),
    readPage: step(({ url }: { url: string }, { signal }) => read(url, signal)),
  };
}
