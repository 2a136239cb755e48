/** What a call is made of: what is called, what its request brings along, and what it needs of the gateway. */
import type { Caller } from '../../workflows/contract';
import type { Allowed } from '../allowed';
import type { TakeNote } from '../audit';
import type { Jobs } from '../jobs/jobs';
import type { Earlier, Origin } from '../jobs/start';
import type { JobView } from '../jobs/view';
import type { Checked } from '../schemas';
import type { Tool } from '../tools';
import type { Answers } from './answer';
import type { Begin } from './begin';
import type { ClientFacts } from './client';
import type { Round, Rounds } from './rounds';
import type { Push, Watch } from './watch';

/** What is called. */
export interface Called {
  readonly tool: Tool;
  /** The arguments, found to fit the tool's schema or not. */
  readonly input: Checked;
  /** The job that the call goes on with, if it does. */
  readonly earlier?: Earlier;
}

/** What a request brings along besides what is called. */
export interface CallRequest {
  readonly caller: Caller;
  /** Which tools its key may call. */
  readonly allowed: Allowed;
  readonly client: ClientFacts;
  readonly origin: Origin;
  /** How long this client may be kept waiting, milliseconds, for a tool that has its own idea or none. */
  readonly patienceMs: (tool?: number) => number;
  /** What the client brings back from the round before, and what its user answered. */
  readonly round: Round | undefined;
  readonly responses: Readonly<Record<string, unknown>>;
  /** The `task` parameter of 2025-11-25 came along. */
  readonly asTask: boolean;
  /** Fires when the client hangs up, or takes the call back: ends the wait, not the job. */
  readonly signal: AbortSignal;
  /** Whether the wait ended because the caller's key was removed. The job goes on then, even where the tool has it cancelled at a hang-up. */
  readonly revoked: () => boolean;
  /** Whether the call was taken back by an abort, which ends the job as well. Takes a moment after a hang-up. */
  readonly aborted: () => Promise<boolean>;
  /** Told of every change of the job, if anybody hears of it. */
  readonly onView: ((view: JobView) => void) | undefined;
  /** Puts a question before the client's user on the open stream, where the revision has that. */
  readonly push: Push | undefined;
  /** To be called once the call is durable. */
  readonly accepted: () => void;
  /** Takes note of what becomes known, for the line of the call in the log. */
  readonly note: TakeNote;
}

export interface CallNeeds {
  readonly begin: Begin;
  readonly jobs: Pick<Jobs, 'cancel'>;
  readonly rounds: Pick<Rounds, 'resume' | 'next'>;
  readonly watch: Pick<Watch, 'wait' | 'draining'>;
  readonly answers: Pick<Answers, 'ended' | 'stateOf' | 'auditOf'>;
  /** How long a call waits before it becomes a task, milliseconds. */
  readonly graceMs: number;
}
