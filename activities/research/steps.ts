/** The steps of deep_research. */
import { createHash } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/activity';
import type { FailureDetail } from '../../workflows/contract';
import type { Hit, Skipped } from '../../workflows/search-sources/tool';
import type { Egress } from '../egress/egress';
import { failure } from '../failure';
import { step } from '../step';
import { createPageReader } from '../sources/page';
import { inThread } from '../thread';
import { createModel } from './model';
import type { ModelConfig } from './model';
import type { Notes, tellingSentencesOf as telling } from './notes';
import { modelPlan, plainQueries } from './plan';
import type { Plan } from './plan';
import { modelReport } from './report';
import type { ReportMaterial, extractsReport as extracts } from './report';
import { tellingWordsOf } from './words';

export interface ResearchStepsNeeds {
  /** Reaches the pages that are read. */
  readonly egress: Egress;
  readonly model: ModelConfig | undefined;
  /** Folders whose documents may be read. */
  readonly folders: readonly string[];
}

export interface Report {
  /** Markdown. */
  readonly report: string;
  readonly written_by: 'model' | 'extracts';
  /** Why the model did not write, where it was asked, or what its report lacks. */
  readonly skipped: Skipped[];
}

interface ModelTime {
  /** How long the model may take in a step, milliseconds: the job knows its remaining time. Absent in jobs of an older version. */
  readonly modelMs?: number;
}
const MODEL_MS = 120_000;
/** How much of a page is searched for sentences, characters. */
const TEXT_MAX = 400_000;

const tellingSentencesOf = inThread<typeof telling>(require.resolve('./notes'), 'tellingSentencesOf');
const extractsReport = inThread<typeof extracts>(require.resolve('./report'), 'extractsReport');

export interface ResearchSteps {
  /** Chooses the queries for a topic. */
  planResearch(given: { readonly topic: string } & ModelTime): Promise<Plan>;
  /**
   * Reads the page of a hit and quotes from it.
   *
   * @throws ApplicationFailure `refused` when nothing on the page can be quoted; also as `PageReader`
   */
  takeNotes(given: { readonly topic: string; readonly queries: readonly string[]; readonly hit: Hit }): Promise<Notes>;
  /** Writes the report. */
  composeReport(given: ReportMaterial & ModelTime): Promise<Report>;
}

export function createResearchSteps({ egress, model: config, folders }: ResearchStepsNeeds): ResearchSteps {
  const model = config && createModel(config);
  const read = createPageReader({ egress, folders });

  return {
    planResearch: step(({ topic, modelMs: timeoutMs = MODEL_MS }: { topic: string } & ModelTime, { signal }) =>
      withModelOrWithout<Plan>(signal, model && (() => modelPlan(topic, model, { timeoutMs, signal })), (failed) =>
        Promise.resolve({ queries: plainQueries(topic), skipped: skippedOf('a plan by the language model', failed) }),
      ),
    ),
    takeNotes: step(
      async (
        { topic, queries, hit }: { topic: string; queries: readonly string[]; hit: Hit },
        { signal },
      ): Promise<Notes> => {
        const seen = { snippet: hit.snippet, words: tellingWordsOf([topic, ...queries].join('\n')) };
        const { url, title, text, truncated } = await read(hit.url, signal, { max: TEXT_MAX, seen });
        const sentences = await tellingSentencesOf({ text, wanted: [topic, ...queries] }, signal);
        if (sentences.length === 0) throw failure('refused', 'The page has no sentence that could be quoted.');
        return {
          url: hit.url,
          title,
          source: hit.source,
          sentences,
          page: { url, text: createHash('sha256').update(text).digest('base64url').slice(0, 22) },
          ...(truncated && { lack: 'The page is longer than what was read of it.' }),
        };
      },
    ),
    composeReport: step(({ modelMs: timeoutMs = MODEL_MS, ...material }: ReportMaterial & ModelTime, { signal }) =>
      withModelOrWithout<Report>(
        signal,
        model &&
          (async () => {
            const { report, lacks } = await modelReport(material, model, { timeoutMs, signal });
            const what = 'a part of the report by the language model';
            return { report, written_by: 'model', skipped: lacks.map((why) => ({ what, why })) };
          }),
        async (failed) => ({
          report: await extractsReport(material, signal),
          written_by: 'extracts',
          skipped: skippedOf('a report by the language model', failed),
        }),
      ),
    ),
  };
}

/**
 * Does work with the model or, when there is none or it fails, without it. The model is asked once: a second attempt, and the
 * pause that the model may ask for, would use up time that the work itself needs.
 *
 * @param without - is given the model's failure, if the model was asked
 */
async function withModelOrWithout<R>(
  signal: AbortSignal,
  withModel: (() => Promise<R>) | undefined,
  without: (failed?: ApplicationFailure) => Promise<R>,
): Promise<R> {
  if (!withModel) return without();
  try {
    return await withModel();
  } catch (error) {
    if (signal.aborted || !(error instanceof ApplicationFailure)) throw error;
    return without(error);
  }
}

/** An entry that says why something was left out; none when nothing was. */
function skippedOf(what: string, failed: ApplicationFailure | undefined): Skipped[] {
  if (failed === undefined) return [];
  const [detail] = (failed.details ?? []) as FailureDetail[];
  const after = detail?.retryAfterMs;
  return [{ what, why: failed.message, ...(after !== undefined && { retry_after_s: Math.ceil(after / 1_000) }) }];
}
