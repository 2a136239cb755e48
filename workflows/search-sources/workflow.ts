/** How sources are searched: all at the same time, so that one that is slow or fails does not affect the others. */
import { interleaved } from '../interleaved';
import { job } from '../job';
import type { Activities } from '../../activities';
import type { Found, Hit, Skipped, searchSources as tool } from './tool';

type Steps = Pick<Activities, 'listSources' | 'searchSource'>;

/** The partial result: what is known so far. */
interface Findings {
  /** The hits of each source that answered, by its name. */
  readonly answered: Readonly<Record<string, readonly Hit[]>>;
  readonly skipped: readonly Skipped[];
}

export const searchSources = job<typeof tool, Findings>(async ({ query, sources, limit, offset }, job) => {
  const { listSources } = job.steps<Steps>();
  const { searchSource } = job.steps<Steps>({ within: '12 s' });
  const names = sources ?? (await job.step('Looking up the sources', () => listSources()));
  // A map, because a caller may name a source like a property that every object has, such as `constructor`.
  const answered = new Map(Object.entries(job.earlier?.answered ?? {}));
  const skipped: Skipped[] = [];
  /** Skipped sources that may answer if they are asked again. */
  const worthAnother: string[] = [];
  const asked = names.filter((name) => !answered.has(name));

  job.progress({ done: answered.size, total: names.length, message: `Searching ${asked.join(', ')}` });
  await Promise.all(
    asked.map(async (source) => {
      const found = await job.settle(() => searchSource({ source, query, limit, offset }));
      if (found.ok) answered.set(source, found.value);
      else {
        const { why, failure, retryAfterS } = found;
        skipped.push({ what: source, why, ...(retryAfterS !== undefined && { retry_after_s: retryAfterS }) });
        if (failure !== 'invalid_input') worthAnother.push(source);
      }
      job.partial({ answered: Object.fromEntries(answered), skipped });
      job.progress({ done: answered.size + skipped.length });
    }),
  );

  const lists = names.map((name) => answered.get(name) ?? []);
  const hits = interleaved(lists);
  const args = { query, limit, ...(sources && { sources }) };
  const again = { tool: 'search_sources', args: { ...args, offset, sources: worthAnother } };
  const found: Found = { query, complete: skipped.length === 0, hits, skipped };
  return {
    ...found,
    ...(worthAnother.length > 0 && {
      hint: `To ask only what was skipped: search_sources(${JSON.stringify(again.args)})`,
      again,
    }),
    ...(lists.some(({ length }) => length === limit) && {
      more: { tool: 'search_sources', args: { ...args, offset: offset + limit } },
    }),
  };
});
