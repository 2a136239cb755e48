/** The steps of jobs that run a workflow of somebody else: it is started once, and followed however often a worker is lost. */
import { MEMO_PROGRESS, MEMO_QUESTIONS, SIGNAL_ANSWER } from '../../workflows/contract';
import type { Answer, StepProgress } from '../../workflows/contract';
import { STEER } from '../../workflows/catalog-contract';
import type { ForeignFollow, ForeignSeen, ForeignStart, Place, Steer } from '../../workflows/catalog-contract';
import { failure } from '../failure';
import { step } from '../step';
import type { StepContext } from '../step';
import { questionsIn, stepProgressIn } from './memo';
import { steer } from './steer';
import type { Workflows } from './workflows';

/** How long its end is waited for between two looks, milliseconds: at first, and at last. */
const LOOK_MS = 500;
const LOOK_MAX_MS = 8_000;

export interface ForeignSteps {
  startForeign(workflow: ForeignStart): Promise<void>;
  /** Follows it to its end, or until it asks something new. */
  followForeign(follow: ForeignFollow): Promise<ForeignSeen>;
  answerForeign(given: Place & { readonly answer: Answer }): Promise<void>;
  cancelForeign(place: Place): Promise<void>;
  /** Hands something to a running workflow. Returns what its handler gave back. */
  [STEER](given: Steer): Promise<unknown>;
}

export function createForeignSteps(workflows: Workflows): ForeignSteps {
  async function follow(
    { asked, open, ...place }: ForeignFollow,
    { signal, report }: StepContext,
  ): Promise<ForeignSeen> {
    for (let ms = LOOK_MS; ; ms = Math.min(2 * ms, LOOK_MAX_MS)) {
      const seen = await workflows.describe(place);
      if (!seen) throw failure('broken', 'The workflow is no longer in its namespace.', undefined, 'unknown');
      const progress = progressIn(seen.memo, seen.heartbeat);
      if (progress) report(progress);
      const asks = seen.running ? questionsIn(seen.memo[MEMO_QUESTIONS]) : [];
      const questions = asks.filter(({ key }) => !asked.includes(key));
      const withdrawn = seen.running ? open.filter((key) => !asks.some((question) => question.key === key)) : [];
      if (questions.length + withdrawn.length > 0) return { kind: 'asks', questions, withdrawn };
      const ended = await workflows.ended(place, ms, signal);
      if (ended) return ended;
      signal.throwIfAborted();
    }
  }

  return {
    startForeign: step((workflow: ForeignStart) => workflows.start(workflow)),
    followForeign: step(follow),
    answerForeign: step(async ({ answer, ...place }: Place & { readonly answer: Answer }) => {
      // Where it has ended meanwhile, whoever follows it sees that.
      await workflows.signal(place, SIGNAL_ANSWER, [answer], `holdfast-answer-${answer.key}`);
    }),
    cancelForeign: step((place: Place) => workflows.cancel(place)),
    [STEER]: step((given: Steer, context) => steer(given, context, workflows)),
  };
}

/** What it says of itself: between its steps, and within one. */
function progressIn(memo: Readonly<Record<string, unknown>>, heartbeat: unknown): StepProgress | undefined {
  return stepProgressIn(heartbeat) ?? stepProgressIn(memo[MEMO_PROGRESS]);
}
