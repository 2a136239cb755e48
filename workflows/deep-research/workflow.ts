/** How a topic is researched. Whatever fails is left out and reported; whatever was found before is kept. */
import { patched } from '@temporalio/workflow';
import { head } from '../cut';
import { fail } from '../failure';
import { interleaved } from '../interleaved';
import { job } from '../job';
import type { Job } from '../job';
import { searchedIn } from '../searched';
import type { Activities } from '../../activities';
import type { Notes } from '../../activities/research/notes';
import type { Plan } from '../../activities/research/plan';
import type { Failure } from '../contract';
import type { Hit, Skipped } from '../search-sources/tool';
import { isNotedIn, pageKeyOf } from '../page-key';
import type { deepResearch as tool } from './tool';

type Steps = Pick<Activities, 'listSources' | 'searchSource' | 'planResearch' | 'takeNotes' | 'composeReport'>;

/** The partial result: what is known so far. */
interface Findings {
  plan?: Plan;
  hits: readonly Hit[];
  /** Searches that failed. Absent until the sources were searched. */
  unsearched?: readonly Unsearched[];
  notes: readonly Notes[];
  /** Pages that could not be read. */
  skipped: readonly Skipped[];
}

/** A search that failed, or what one that did not has left out. */
interface Unsearched {
  /** Whom to ask again. */
  readonly source: string;
  /** What was left out, where that is not all of the source. */
  readonly what?: string;
  readonly query: string;
  readonly why: string;
  readonly failure: Failure;
  /** When it may be worth another try. Absent when nobody has said so, and in findings of an older version. */
  readonly retryAfterS?: number;
}

/** Share of the working time that is kept back for the report, and for pages that are still being read by then. */
const WRITING_SHARE = 0.25;
const WRITING_SHARE_PATCH = 'research-keeps-a-quarter-back';
/** Before this patch a page that was found at two addresses was read and counted twice. */
const ONCE_PATCH = 'research-counts-a-page-once';
/** What jobs that began before the patch keep back. */
const WRITING_OLD_MS = 60_000;
/**
 * Share of the time left that the model may take for planning and for writing. After writing there must be time left for a report
 * of extracts, in case the model fails.
 */
const MODEL_SHARE = { planning: 0.1, writing: 0.8 };
const MODEL_MAX_MS = 120_000;
/** Most queries that a person may name. */
const QUERIES_MAX = 10;
/** How many pages are read at the same time. */
const READERS = 4;

export const deepResearch = job<typeof tool, Findings>(async ({ topic, confirm_plan, pages, sources }, job) => {
  const steps = job.steps<Steps>();
  // `skipped` begins empty, so that pages that failed in an earlier job are tried again.
  const found: Findings = { hits: [], notes: [], ...job.earlier, skipped: [] };
  const writingMs = patched(WRITING_SHARE_PATCH) ? job.leftMs() * WRITING_SHARE : WRITING_OLD_MS;
  const modelMs = (share: number): number => Math.min(job.leftMs() * share, MODEL_MAX_MS);
  const keyOf = patched(ONCE_PATCH) ? pageKeyOf : undefined;
  job.progress({ total: 4, done: found.plan ? 1 : 0 });

  if (!found.plan) {
    const planned = planOf(
      await job.step('Planning', () => steps.planResearch({ topic, modelMs: modelMs(MODEL_SHARE.planning) })),
    );
    found.plan = confirm_plan ? await confirmed(topic, planned, job) : planned;
    job.partial(found);
  }
  const { queries } = found.plan;

  await job.step('Searching', () => search(queries, sources, found, job, keyOf));
  job.partial(found);

  await job.step('Reading', () => read({ topic, queries, pages, writingMs, keyOf }, found, job));

  const { notes } = found;
  if (notes.length === 0) throw fail(kindOfNothing(found), nothingRead(skippedIn(found)), { sideEffect: 'none' });
  const { report, written_by, skipped } = await job.step('Writing the report', () =>
    steps.composeReport({ topic, queries, notes, modelMs: modelMs(MODEL_SHARE.writing) }),
  );
  const left = [...skippedIn(found), ...skipped];
  return {
    topic,
    report,
    written_by,
    complete: left.length === 0,
    queries: [...queries],
    sources: notes.map(({ url, title, source }, n) => ({ n: n + 1, title, url, source })),
    skipped: left,
  };
});

/** The plan in its present form. Workers of an older version return only the queries, and histories of their time hold that. */
function planOf(planned: Plan | readonly string[]): Plan {
  return 'queries' in planned ? planned : { queries: planned, skipped: [] };
}

/** Asks a person to confirm the queries. Returns the plan as the person changed it. */
async function confirmed(topic: string, planned: Plan, { ask }: Job<Findings>): Promise<Plan> {
  const reply = await ask({
    message: `The plan for "${topic}" is to search for what is below. Change it as you like: one query per line.`,
    schema: {
      type: 'object',
      properties: {
        queries: { type: 'string', title: 'Queries', default: planned.queries.join('\n'), maxLength: 3_000 },
      },
    },
  });
  if (reply.action !== 'accept') {
    const why = reply.action === 'expired' ? 'Nobody confirmed the plan in time' : 'A person declined the plan';
    throw fail('refused', `${why}: nothing was searched.`, { sideEffect: 'none' });
  }
  const { queries: amended } = reply.content ?? {};
  const lines = typeof amended === 'string' ? amended.split('\n') : [];
  const queries = lines.map((line) => head(line.trim(), 300)).filter((line) => line !== '');
  if (queries.length <= QUERIES_MAX) return queries.length > 0 ? { ...planned, queries } : planned;
  const why = `Only the first ${QUERIES_MAX} of ${queries.length} queries are searched.`;
  return { queries: queries.slice(0, QUERIES_MAX), skipped: [...planned.skipped, { what: 'the amended plan', why }] };
}

/**
 * Sends every query to every source, all at the same time. A job that continues an earlier one repeats only the searches that
 * failed there.
 */
async function search(
  queries: readonly string[],
  sources: readonly string[] | undefined,
  found: Findings,
  job: Job<Findings>,
  keyOf: ((url: string) => string) | undefined,
): Promise<void> {
  const { listSources, searchSource } = job.steps<Steps>({ within: '30 s' });
  const every = async () =>
    (sources ?? (await listSources())).flatMap((source) => queries.map((query) => ({ source, query })));
  const searches = await Promise.all(
    (found.unsearched ?? (await every())).map(async ({ source, query }) => {
      const found = await job.settle(() => searchSource({ source, query, limit: 5, naming: 'skipped' }));
      return { source, query, found };
    }),
  );
  const lists = searches.map(({ found: search }) => (search.ok ? searchedIn(search.value).hits : []));
  const hits = interleaved([found.hits, ...lists]);
  const known = new Map<string, Hit>();
  if (keyOf === undefined) for (const hit of hits) known.set(hit.url, hit);
  // The first address is kept: it was found best.
  else for (const hit of hits) if (!known.has(keyOf(hit.url))) known.set(keyOf(hit.url), hit);
  found.hits = [...known.values()];
  found.unsearched = searches.flatMap(({ source, query, found: search }) =>
    search.ok
      ? searchedIn(search.value).skipped.map(({ what, why, again, retry_after_s: retryAfterS }): Unsearched => {
          return {
            source: again ?? source,
            what,
            query,
            why,
            failure: again === undefined ? 'refused' : 'unavailable',
            ...(retryAfterS !== undefined && { retryAfterS }),
          };
        })
      : [
          {
            source,
            query,
            why: search.why,
            failure: search.failure,
            ...(search.retryAfterS !== undefined && { retryAfterS: search.retryAfterS }),
          },
        ],
  );
}

interface Reading {
  readonly topic: string;
  readonly queries: readonly string[];
  readonly pages: number;
  readonly writingMs: number;
  /** Tells whether two addresses are of one page. Absent in jobs of an older version. */
  readonly keyOf: ((url: string) => string) | undefined;
}

/** Reads the best pages, a few at a time. For a page that fails, the next one is read. */
async function read(
  { topic, queries, pages, writingMs, keyOf = (url) => url }: Reading,
  found: Findings,
  job: Job<Findings>,
): Promise<void> {
  const { takeNotes } = job.steps<Steps>({ within: '45 s', attempts: 2 });
  const done = new Set(found.notes.map(({ url }) => keyOf(url)));
  const waiting = found.hits.filter(({ url }) => !done.has(keyOf(url)));
  let begun = found.notes.length;

  const reader = async (): Promise<void> => {
    while (begun < pages && waiting.length > 0) {
      const hit = waiting.shift();
      if (!hit) return;
      if (job.leftMs() < writingMs) {
        found.skipped = [...found.skipped, { what: hit.url, why: 'The working time was nearly over.' }];
        return;
      }
      begun += 1;
      job.progress({ message: `Reading page ${begun} of ${pages}: ${head(hit.title, 80)}` });
      const notes = await job.settle(() => takeNotes({ topic, queries, hit }));
      if (notes.ok && keyOf === pageKeyOf && isNotedIn(found.notes, notes.value)) begun -= 1;
      else if (notes.ok) found.notes = [...found.notes, notes.value];
      else {
        begun -= 1;
        found.skipped = [...found.skipped, { what: hit.url, why: notes.why }];
      }
      job.partial(found);
    }
  };
  await Promise.all(Array.from({ length: READERS }, reader));
}

/** Everything that was left out, and why. */
function skippedIn({ plan, unsearched = [], notes, skipped }: Findings): Skipped[] {
  const searches = unsearched.map(({ source, what = source, query, why, retryAfterS }) => {
    return { what: `${what}: ${query}`, why, ...(retryAfterS !== undefined && { retry_after_s: retryAfterS }) };
  });
  const cut = notes.flatMap(({ url, lack }) => (lack === undefined ? [] : [{ what: url, why: lack }]));
  return [...(plan?.skipped ?? []), ...searches, ...skipped, ...cut];
}

/** How the job fails when nothing was read: the kind tells whether the same call may find something later. */
function kindOfNothing({ unsearched = [], skipped }: Findings): Failure {
  if (skipped.length > 0 || unsearched.some(({ failure }) => failure !== 'invalid_input')) return 'unavailable';
  return unsearched.length > 0 ? 'invalid_input' : 'refused';
}

function nothingRead(skipped: readonly Skipped[]): string {
  const why = skipped.slice(0, 3).map(({ what, why: reason }) => `${what}: ${reason}`);
  return ['No page on the topic could be found and read.', ...why].join(' ');
}
