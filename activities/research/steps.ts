/** The steps of deep_research. */
import { ApplicationFailure } from '@temporalio/activity';
import type { Hit, Skipped } from '../../workflows/search-sources/tool';
import type { Egress } from '../egress';
import { failure } from '../failure';
import { step } from '../step';
import { pageReader } from '../sources/page';
import { modelAt } from './model';
import type { ModelConfig } from './model';
import { sentencesFor } from './notes';
import type { Notes } from './notes';
import { modelQueries, plainQueries } from './plan';
import type { Plan } from './plan';
import { extracts, written } from './report';
import type { Reporting } from './report';

export interface ResearchConfig {
  readonly model: ModelConfig | undefined;
  readonly folders: readonly string[];
}

interface Report {
  readonly report: string;
  readonly written_by: 'model' | 'extracts';
  readonly skipped: Skipped[];
}

/** How long the model may take over a step: the job knows how much working time is left. Absent in jobs of an older version. */
interface ModelTime {
  readonly modelMs?: number;
}
const MODEL_MS = 120_000;

export function researchSteps({ egress, model: config, folders }: ResearchConfig & { readonly egress: Egress }) {
  const model = config && modelAt(config);
  const read = pageReader({ egress, folders });

  return {
    planResearch: step(({ topic, modelMs: timeoutMs = MODEL_MS }: { topic: string } & ModelTime, { signal }) =>
      orWithout<Plan>(
        signal,
        model && (async () => ({ queries: await modelQueries(topic, model, { timeoutMs, signal }), skipped: [] })),
        (why) => ({ queries: plainQueries(topic), skipped: skippedFor('a plan by the language model', why) }),
      ),
    ),
    takeNotes: step(
      async (
        { topic, queries, hit }: { topic: string; queries: readonly string[]; hit: Hit },
        { signal },
      ): Promise<Notes> => {
        const { title, text } = await read(hit.url, signal);
        const sentences = sentencesFor(text, [topic, ...queries]);
        if (sentences.length === 0) throw failure('refused', 'The page has no sentence that could be quoted.');
        return { url: hit.url, title, source: hit.source, sentences };
      },
    ),
    composeReport: step(({ modelMs: timeoutMs = MODEL_MS, ...given }: Reporting & ModelTime, { signal }) =>
      orWithout<Report>(
        signal,
        model &&
          (async () => ({
            report: await written(given, model, { timeoutMs, signal }),
            written_by: 'model',
            skipped: [],
          })),
        (why) => ({
          report: extracts(given),
          written_by: 'extracts',
          skipped: skippedFor('a report by the language model', why),
        }),
      ),
    ),
  };
}

/**
 * Work that a model does better, and that is done all the same when it does not. It is asked once: another attempt, and
 * the pause that it may have asked for, would be taken from the time that is left for the work.
 *
 * @param without - is told what the model answered instead, if there is one
 */
async function orWithout<R>(
  signal: AbortSignal,
  withModel: (() => Promise<R>) | undefined,
  without: (why?: string) => R,
): Promise<R> {
  if (!withModel) return without();
  try {
    return await withModel();
  } catch (error) {
    if (signal.aborted || !(error instanceof ApplicationFailure)) throw error;
    return without(error.message);
  }
}

function skippedFor(what: string, why: string | undefined): Skipped[] {
  return why === undefined ? [] : [{ what, why }];
}
