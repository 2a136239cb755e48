/**
 * Rounds: how a call of a 2026-07-28 client goes on without tasks. It is answered `input_required`, with questions or with
 * none, and a note that the client brings back with the same call (multi round-trip requests).
 */
import type { InputRequiredResult } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Caller, Question } from '../../workflows/contract';
import { JOB_ID, isJobId } from '../ids';
import type { Ids, JobRef } from '../ids';
import type { Jobs } from '../jobs/jobs';
import { inputRequestsOf } from '../words/question';
import type { Held } from './begin';
import type { Respond } from './respond';
import type { Seals } from '../seal';
import type { JobView } from '../jobs/view';

/** Clients give up after ten rounds. The last one of ours gives them a handle. */
const ROUNDS_MAX = 9;
/** How long a round that brought nothing but time may be carried on. One with a question, until that expires. */
const TTL_MS = 600_000;

const Note = z.object({
  job: z.string().regex(JOB_ID),
  tool: z.string(),
  /** Hash of the arguments: the note goes with no others. */
  args: z.string(),
  rounds: z.number(),
  /** Keys that were answered: a job whose workers are down still shows them as open. */
  answered: z.array(z.string()),
  owner: z.string(),
  until: z.number(),
});

/** What a client brings back from the round before. */
export type Round = z.output<typeof Note>;

/** What the next round is made from. */
export interface NextRound {
  readonly view: JobView;
  /** Hash of the call's arguments. */
  readonly args: string;
  readonly before: Round | undefined;
  readonly answered: readonly string[];
  /** The questions to ask; perhaps none. */
  readonly questions: readonly Question[];
  readonly caller: Caller;
}

export interface Rounds {
  /** Reads the note of a client. @throws Error when it is not ours, not this caller's, or too old */
  read(state: string, caller: Caller): Round;
  /** Hands the answers of this round to the job. @throws Problem `unknown_job`, `expired`, `unavailable` */
  resume(round: Round, responses: Readonly<Record<string, unknown>>, caller: Caller): Promise<Held>;
  /** The next round; undefined when there have been enough. */
  next(of: NextRound): InputRequiredResult | undefined;
}

export interface RoundsNeeds {
  readonly jobs: Pick<Jobs, 'look'>;
  readonly respond: Respond;
  readonly ids: Ids;
  readonly seals: Seals;
}

export function createRounds({ jobs, respond, ids, seals: { seal, open } }: RoundsNeeds): Rounds {
  return {
    read(state, caller) {
      const note = open('round', state, Note);
      if (!note || !ids.tagsOf(caller).includes(note.owner))
        throw new Error('Not a note of this gateway to this caller.');
      if (note.until < Date.now()) throw new Error('The note is too old.');
      return note;
    },

    async resume(round, responses, caller) {
      if (!isJobId(round.job)) throw new Error('Notes hold only job ids.');
      const ref = ids.refOf(caller, round.job);
      const given = Object.entries(responses);
      if (given.length === 0) return goingOn(ref, round.answered);
      const view = await jobs.look(ref);
      const taken = await Promise.all(
        given.map(async ([key, response]) => ((await respond(view, key, response)).kind === 'taken' ? [key] : [])),
      );
      return goingOn(ref, [...round.answered, ...taken.flat()]);
    },

    next({ view, args, before, answered, questions, caller }) {
      const count = (before?.rounds ?? 0) + 1;
      if (count > ROUNDS_MAX) return undefined;
      const note: Round = {
        job: view.ref.id,
        tool: view.tool,
        args,
        rounds: count,
        answered: [...answered],
        owner: ids.subjectTag(caller),
        until: Math.max(Date.now() + TTL_MS, ...questions.map(({ expiresAt }) => Date.parse(expiresAt))),
      };
      return {
        resultType: 'input_required',
        requestState: seal('round', note),
        ...(questions.length > 0 && { inputRequests: inputRequestsOf(questions) }),
      } as InputRequiredResult;
    },
  };
}

const goingOn = (ref: JobRef, answered: readonly string[]): Held => ({
  kind: 'held',
  ref,
  view: undefined,
  replayed: false,
  answered,
});
