/** How sources are searched: all at the same time, so that one that is slow or fails does not affect the others. */
import { patched } from '@temporalio/workflow';
import { fail } from '../failure';
import { interleaved } from '../interleaved';
import { job } from '../job';
import { searchedIn } from '../searched';
import type { Activities } from '../../activities';
import type { Found, Hit, Skipped, searchSources as tool } from './tool';

type Steps = Pick<Activities, 'listSources' | 'searchSource'>;

/** The partial result: what is known so far. */
interface Findings {
  /** The hits of each source that answered, by its name. */
  readonly answered: Readonly<Record<string, readonly Hit[]>>;
  readonly skipped: readonly Skipped[];
}

/** Most names of sources in one call: see the tool. */
const NAMES_MAX = 20;

/** Before this patch a search whose names of sources are all wrong ended well, with no hits. */
const WRONG_NAMES_PATCH = 'wrong-names-fail';

export const searchSources = job<typeof tool, Findings>(async ({ query, sources, limit, offset }, job) => {
  const { listSources } = job.steps<Steps>();
  const { searchSource } = job.steps<Steps>({ within: '12 s' });
  const names = sources ?? (await job.step('Looking up the sources', () => listSources()));
  // A map, because a caller may name a source like a property that every object has, such as `constructor`.
  const answered = new Map(Object.entries(job.earlier?.answered ?? {}));
  const before = job.earlier?.skipped ?? [];
  // What a source that answered left out for good. All else that was skipped is asked for now.
  const skipped: Skipped[] = before.filter(({ what, again }) => again === undefined && answered.has(sourceOf(what)));
  const inside = before.flatMap(({ again }) => again ?? []);
  const asked = [...new Set([...names.filter((name) => !answered.has(name)), ...inside])];
  let done = answered.size;
  const misnamed: string[] = [];

  job.progress({ done, total: done + asked.length, message: `Searching ${asked.join(', ')}` });
  await Promise.all(
    asked.map(async (source) => {
      const found = await job.settle(() => searchSource({ source, query, limit, offset, naming: 'skipped' }));
      if (found.ok) {
        const searched = searchedIn(found.value);
        answered.set(source, searched.hits);
        skipped.push(...searched.skipped);
      } else {
        const { why, failure, retryAfterS } = found;
        if (failure === 'invalid_input') misnamed.push(why);
        skipped.push({
          what: source,
          why,
          ...(retryAfterS !== undefined && { retry_after_s: retryAfterS }),
          ...(failure !== 'invalid_input' && { again: source }),
        });
      }
      job.partial({ answered: Object.fromEntries(answered), skipped });
      job.progress({ done: ++done });
    }),
  );

  if (
    misnamed[0] !== undefined &&
    answered.size === 0 &&
    misnamed.length === asked.length &&
    patched(WRONG_NAMES_PATCH)
  )
    throw fail('invalid_input', `Nothing was searched (${asked.join(', ')}): ${misnamed[0]}`, { sideEffect: 'none' });

  const lists = [...new Set([...names, ...asked])].map((name) => answered.get(name) ?? []);
  const hits = interleaved(lists);
  const args = { query, limit, ...(sources && { sources }) };
  const worthAnother = namesFor(skipped);
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

/** The source that something left out is of, such as one feed of many. */
const sourceOf = (what: string): string => what.replace(/[/ ].*/, '');

/** Whom to ask again: the sources inside a source or, when those are too many for one call, the whole of it. */
function namesFor(skipped: readonly Skipped[]): string[] {
  const names = new Set(skipped.flatMap(({ again }) => again ?? []));
  return [...(names.size <= NAMES_MAX ? names : new Set([...names].map((name) => name.replace(/\/.*/, ''))))];
}
