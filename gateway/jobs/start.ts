/** From a call to its job: started once, or joined by its key. From here on the call is durable. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Callback, Caller, JobId } from '../../workflows/contract';
import type { Carry } from '../carried';
import { Problem, isProblem } from '../errors';
import { argsHash } from '../ids';
import type { Ids, JobRef } from '../ids';
import { toolFor } from '../tools';
import type { Tool } from '../tools';
import type { Store } from './connection';
import { ARRIVED_MS, createOfKey } from './keys';
import type { Begun } from './keys';
import { createLine } from './line';
import type { Look } from './look';
import type { Outcome } from './outcome';
import { beginOf, isClosed, newView } from './view';
import type { JobView } from './view';

const LINE = { atOnce: 50, waiting: 1_000 };
/** Deadline of a start, milliseconds: with the look whether it arrived all the same, who calls has an answer within 5 s. */
const START_MS = 2_400;

/** What a job takes over from its call besides the input. Without a key its id is random. */
export interface Origin {
  /** The client's idempotency key: the same key means the same job. */
  readonly key: string | undefined;
  /** Where its end is to be told. A call that joins a job by its key changes nothing about that. */
  readonly callback: Callback | undefined;
}

/** A job to go on with, and what it had found. */
export interface Earlier {
  readonly job: JobId;
  readonly found: unknown;
}

/** What is asked of a start besides the call itself. */
export interface StartOptions {
  readonly earlier?: Earlier | undefined;
  /** How long the job is put off, milliseconds. */
  readonly delayMs?: number;
}

/** All that a job begins with, but for its id. */
interface NewJob extends StartOptions {
  readonly tool: Tool;
  readonly input: unknown;
  readonly caller: Caller;
  readonly hash: string;
  readonly keyed: boolean;
  readonly callback: Callback | undefined;
}

export interface Starts {
  /**
   * Starts the job of a call, or joins the one that has its idempotency key. One that has failed without effect, for a cause that may
   * pass, gives its key to another: that has an id of its own, so that what was said of the first stays true.
   *
   * @throws Problem `conflict` when the key was used with other arguments; `worn_key`; `unavailable`
   */
  start(tool: Tool, input: unknown, caller: Caller, origin: Origin, options?: StartOptions): Promise<Begun>;
  /** The job that already has the key of a call. @throws as above, and Problem `unknown_job` when none has, or a new one is due */
  joined(tool: Tool, input: unknown, caller: Caller, key: string, earlier?: Earlier): Promise<Begun>;
}

export interface StartNeeds {
  readonly store: Pick<Store, 'ask' | 'client'>;
  readonly look: Look;
  readonly outcomeOf: (ref: JobRef) => Promise<Outcome>;
  readonly ids: Ids;
  readonly carry: Carry;
}

export function createStarts({ store: { ask, client }, look, outcomeOf, ids, carry }: StartNeeds): Starts {
  const inTurn = createLine(LINE);
  const ofKey = createOfKey({ look, outcomeOf, ids });

  /** Joins the job that already has this key; it must have been asked for the same thing. */
  async function attach(ref: JobRef, { hash, keyed }: Pick<NewJob, 'hash' | 'keyed'>): Promise<JobView> {
    const view = await look(ref).catch((error: unknown) => {
      // It was accepted: from here on nothing may say that it was not.
      throw isProblem(error, 'unavailable') ? new Problem('unavailable', { refused: false, id: ref.id, keyed }) : error;
    });
    if (view.argsHash !== hash) throw new Problem('conflict', { id: ref.id });
    return view;
  }

  /** After a start that was not acknowledged: what was sent may have arrived all the same. */
  async function arrived(ref: JobRef, { hash, keyed }: NewJob): Promise<JobView> {
    const found = await look(ref, ARRIVED_MS).catch(() => undefined);
    if (found?.argsHash === hash) return found;
    throw new Problem('unavailable', { refused: false, id: ref.id, keyed });
  }

  async function begin(ref: JobRef, newJob: NewJob): Promise<JobView> {
    const { input, caller, hash, callback, earlier, delayMs = 0 } = newJob;
    const tool = toolFor(newJob.tool, callback);
    const view = newView(ref, tool.name, tool.policy, { ownHandles: tool.ownHandles, delayMs });
    const { args, ...options } = carry(tool, input, caller, {
      argsHash: hash,
      at: view.startedAt.toISOString(),
      ...(delayMs > 0 && { begins: beginOf(view).toISOString() }),
      ...(callback && { callback }),
      ...(earlier && { continues: earlier.job }),
    });
    const start = (): Promise<unknown> =>
      client.workflow.start(tool.route.workflow, {
        ...options,
        workflowId: ref.workflowId,
        args: earlier ? [...args, earlier.found] : args,
        ...(delayMs > 0 && {
          startDelay: delayMs,
          workflowExecutionTimeout: options.workflowExecutionTimeout + delayMs,
        }),
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
      });
    try {
      await inTurn(caller.tenant, () => ask(start, START_MS));
      return view;
    } catch (error) {
      if (!isProblem(error, 'unavailable') || error.facts.refused === true) throw error;
      return arrived(ref, newJob);
    }
  }

  async function startOrJoin(ref: JobRef, newJob: NewJob): Promise<Begun> {
    const { keyed } = newJob;
    try {
      const begun = await begin(ref, newJob);
      return { view: keyed ? await attach(ref, newJob) : begun, replayed: false };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      // Without a key it is the job of this very start, whose first acknowledgement was lost.
      return { view: await attach(ref, newJob), replayed: keyed };
    }
  }

  return {
    start(tool, input, caller, { key, callback }, options = {}) {
      const hash = callHash(input, options.earlier);
      const newJob = { tool, input, caller, hash, keyed: key !== undefined, callback, ...options };
      return ofKey({ tool: tool.name, caller, key, hash }, (ref) => startOrJoin(ref, newJob));
    },

    joined(tool, input, caller, key, earlier) {
      const hash = callHash(input, earlier);
      return ofKey({ tool: tool.name, caller, key, hash }, async (ref) => {
        const view = await attach(ref, { hash, keyed: true });
        return { view, replayed: isClosed(view) };
      });
    },
  };
}

/**
 * What two calls with one key, and the rounds of one call, have in common. A call that goes on with a job is told apart by that job
 * alone: its arguments are those of that job, and are not read again in a later round.
 */
export function callHash(input: unknown, earlier: Pick<Earlier, 'job'> | undefined): string {
  return argsHash(earlier ? { continues: earlier.job } : input);
}
