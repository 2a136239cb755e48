/** The steps of deep_research. */
import { ApplicationFailure } from '@temporalio/activity';
import type { Hit, Skipped } from '../../workflows/search-sources/tool';
import type { Egress } from '../egress';
import { failure } from '../failure';
import { step } from '../step';
import type { StepContext } from '../step';
import { pageReader } from '../sources/page';
import { modelAt } from './model';
import type { ModelConfig } from './model';
import { sentencesFor } from './notes';
import type { Notes } from './notes';
import { modelQueries, plainQueries } from './plan';
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

/** After so many attempts a step does without the model. */
const PATIENCE = 3;

export function researchSteps({ egress, model: config, folders }: ResearchConfig & { readonly egress: Egress }) {
  const model = config && modelAt(config);
  const read = pageReader({ egress, folders });

  return {
    planResearch: step(({ topic }: { topic: string }, context) =>
      orWithout(context, model && (() => modelQueries(topic, model, context.signal)), () => plainQueries(topic)),
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
    composeReport: step((given: Reporting, context) =>
      orWithout<Report>(
        context,
        model &&
          (async () => ({ report: await written(given, model, context.signal), written_by: 'model', skipped: [] })),
        (why) => ({
          report: extracts(given),
          written_by: 'extracts',
          skipped: why === undefined ? [] : [{ what: 'the language model', why }],
        }),
      ),
    ),
  };
}

/** Work that a model does better, and that is done all the same when it does not. `why`: what it answered instead. */
async function orWithout<R>(
  { attempt, signal }: StepContext,
  withModel: (() => Promise<R>) | undefined,
  without: (why?: string) => R,
): Promise<R> {
  if (!withModel) return without();
  try {
    return await withModel();
  } catch (error) {
    if (signal.aborted || !(error instanceof ApplicationFailure)) throw error;
    if (error.type === 'unavailable' && attempt < PATIENCE) throw error;
    return without(error.message);
  }
}
