/** How a topic is researched. What fails is left out and named; what was found by then is kept. */
import { patched } from '@temporalio/workflow';
import { fail } from '../failure';
import { interleaved } from '../interleaved';
import { job } from '../job';
import type { Job } from '../job';
import type { Activities } from '../../activities';
import type { Notes } from '../../activities/research/notes';
import type { Plan } from '../../activities/research/plan';
import type { Failure } from '../contract';
import type { Hit, Skipped } from '../search-sources/tool';
import type { deepResearch as tool } from './tool';

type Steps = Pick<Activities, 'listSources' | 'searchSource' | 'planResearch' | 'takeNotes' | 'composeReport'>;

/** What is known when it is stopped. */
interface Findings {
  plan?: Plan;
  hits: readonly Hit[];
  /** Searches that failed. Absent before the first. */
  unsearched?: readonly Unsearched[];
  notes: readonly Notes[];
  /** Pages that could not be read. */
  skipped: readonly Skipped[];
}

interface Unsearched {
  readonly source: string;
  readonly query: string;
  readonly why: string;
  readonly failure: Failure;
}

/** How much of the working time is kept back for the report, and for the pages that are still being read by then. */
const WRITING = 0.25;
const KEPT_BACK = 'research-keeps-a-quarter-back';
/** In jobs that began before that. */
const WRITING_OLD_MS = 60_000;
/** How much of what is left a model may take: to plan; and to write, so that extracts can still take its place. */
const MODEL_SHARE = { planning: 0.1, writing: 0.8 };
const MODEL_MAX_MS = 120_000;
const READERS = 4;

export const deepResearch = job<typeof tool, Findings>(async ({ topic, confirm_plan, pages, sources }, job) => {
  const steps = job.steps<Steps>();
  // Pages and searches that failed before are tried once more.
  const found: Findings = { hits: [], notes: [], ...job.earlier, skipped: [] };
  const writingMs = patched(KEPT_BACK) ? job.leftMs() * WRITING : WRITING_OLD_MS;
  const modelMs = (share: number): number => Math.min(job.leftMs() * share, MODEL_MAX_MS);
  job.progress({ total: 4, done: found.plan ? 1 : 0 });

  if (!found.plan) {
    const planned = planOf(
      await job.step('Planning', () => steps.planResearch({ topic, modelMs: modelMs(MODEL_SHARE.planning) })),
    );
    found.plan = confirm_plan ? { ...planned, queries: await confirmed(topic, planned.queries, job) } : planned;
    job.partial(found);
  }
  const { queries } = found.plan;

  await job.step('Searching', () => search(queries, sources, found, job));
  job.partial(found);

  await job.step('Reading', () => read({ topic, queries, pages, writingMs }, found, job));

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

/** Workers of an older version answer with the queries alone; so have those of jobs that began under it. */
function planOf(planned: Plan | readonly string[]): Plan {
  return 'queries' in planned ? planned : { queries: planned, skipped: [] };
}

/** The queries, as the person wants them. */
async function confirmed(
  topic: string,
  planned: readonly string[],
  { ask }: Job<Findings>,
): Promise<readonly string[]> {
  const reply = await ask({
    message: `The plan for "${topic}" is to search for what is below. Change it as you like: one query per line.`,
    schema: {
      type: 'object',
      properties: { queries: { type: 'string', title: 'Queries', default: planned.join('\n'), maxLength: 3_000 } },
    },
  });
  if (reply.action !== 'accept') {
    const why = reply.action === 'expired' ? 'Nobody confirmed the plan in time' : 'A person declined the plan';
    throw fail('refused', `${why}: nothing was searched.`, { sideEffect: 'none' });
  }
  const { queries: amended } = reply.content ?? {};
  const lines = typeof amended === 'string' ? amended.split('\n') : [];
  const queries = lines.map((line) => line.trim().slice(0, 300)).filter((line) => line !== '');
  return queries.length > 0 ? queries.slice(0, 10) : planned;
}

/** Asks every source every query, at the same time; of a job that goes on, only what has not answered. */
async function search(
  queries: readonly string[],
  sources: readonly string[] | undefined,
  found: Findings,
  job: Job<Findings>,
): Promise<void> {
  const { listSources, searchSource } = job.steps<Steps>({ within: '30 s' });
  const every = async () =>
    (sources ?? (await listSources())).flatMap((source) => queries.map((query) => ({ source, query })));
  const searches = await Promise.all(
    (found.unsearched ?? (await every())).map(async ({ source, query }) => {
      const hits = await job.settle(() => searchSource({ source, query, limit: 5 }));
      return { source, query, hits };
    }),
  );
  const lists = searches.map(({ hits }) => (hits.ok ? hits.value : []));
  const known = new Map(interleaved([found.hits, ...lists]).map((hit) => [hit.url, hit]));
  found.hits = [...known.values()];
  found.unsearched = searches.flatMap(({ source, query, hits }) =>
    hits.ok ? [] : [{ source, query, why: hits.why, failure: hits.failure }],
  );
}

interface Reading {
  readonly topic: string;
  readonly queries: readonly string[];
  readonly pages: number;
  readonly writingMs: number;
}

/** Reads the best pages, a few at a time; those that fail make room for the next ones. */
async function read({ topic, queries, pages, writingMs }: Reading, found: Findings, job: Job<Findings>): Promise<void> {
  const { takeNotes } = job.steps<Steps>({ within: '45 s', attempts: 2 });
  const done = new Set(found.notes.map(({ url }) => url));
  const waiting = found.hits.filter(({ url }) => !done.has(url));
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
      job.progress({ message: `Reading page ${begun} of ${pages}: ${hit.title.slice(0, 80)}` });
      const notes = await job.settle(() => takeNotes({ topic, queries, hit }));
      if (notes.ok) found.notes = [...found.notes, notes.value];
      else {
        begun -= 1;
        found.skipped = [...found.skipped, { what: hit.url, why: notes.why }];
      }
      job.partial(found);
    }
  };
  await Promise.all(Array.from({ length: READERS }, reader));
}

/** All that was left out, and why. */
function skippedIn({ plan, unsearched = [], skipped }: Findings): Skipped[] {
  const searches = unsearched.map(({ source, query, why }) => ({ what: `${source}: ${query}`, why }));
  return [...(plan?.skipped ?? []), ...searches, ...skipped];
}

/** Whether the same call may find more later. */
function kindOfNothing({ unsearched = [], skipped }: Findings): Failure {
  if (skipped.length > 0 || unsearched.some(({ failure }) => failure !== 'invalid_input')) return 'unavailable';
  return unsearched.length > 0 ? 'invalid_input' : 'refused';
}

function nothingRead(skipped: readonly Skipped[]): string {
  const why = skipped.slice(0, 3).map(({ what, why: reason }) => `${what}: ${reason}`);
  return ['No page on the topic could be found and read.', ...why].join(' ');
}
