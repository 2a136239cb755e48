/** From a call to its job: started once, or joined by its key. From here on the call is durable. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import pLimit from 'p-limit';
import { MEMO_JOB } from '../../workflows/contract';
import type { Callback, Caller, JobId, JobMemo } from '../../workflows/contract';
import type { GatewayConfig } from '../config';
import { Conflict, Unavailable } from '../errors';
import { argsHash } from '../ids';
import type { Ids, JobRef } from '../ids';
import type { Tool } from '../tools';
import type { Store } from './connection';
import type { Look } from './look';
import { newView } from './view';
import type { JobView } from './view';
import { SUBJECT, TENANT, TOOL } from './visibility';

/** Starts under way at one time. More would wait in Temporal, where their deadline runs; here it does not. */
const MAX_STARTING = 50;
/** Priority of batch work, from 1 to 5; everything else has 3. */
const BATCH = 5;

/** What a job takes over from its call besides the input. Without key and request its id is random. */
export interface Origin {
  /** The client's idempotency key: the same key means the same job. */
  readonly key: string | undefined;
  /** Session and request id of a 2025 client, as one text: lets any replica find the job to cancel. */
  readonly request: string | undefined;
  /** Where its end is to be told. A call that joins a job by its key changes nothing about that. */
  readonly callback: Callback | undefined;
}

/** What is asked of a start besides the call itself. */
export interface StartOptions {
  /** The job to go on with, and what it had found. */
  readonly continues?: { readonly job: JobId; readonly earlier: unknown } | undefined;
  /** How long the job is put off, milliseconds. */
  readonly delayMs?: number;
}

/** What every job carries, however it is started. */
export function described(tool: Tool, input: unknown, memo: JobMemo, ids: Ids) {
  return {
    taskQueue: tool.route.taskQueue,
    args: [...tool.route.args(input)],
    memo: { [MEMO_JOB]: memo },
    staticSummary: tool.listed.title ?? tool.name,
    typedSearchAttributes: [
      { key: TENANT, value: memo.caller.tenant },
      { key: SUBJECT, value: ids.subjectTag(memo.caller) },
      { key: TOOL, value: tool.name },
    ],
  };
}

export function memoOf(
  tool: Tool,
  caller: Caller,
  call: Pick<JobMemo, 'argsHash' | 'callback' | 'continues'>,
): JobMemo {
  return { tool: tool.name, caller, policy: tool.policy, ...call, ...(tool.ownHandles && { handles: 'own' }) };
}

/** Makes the function that starts. `weights`: the shares of tenants in workers that are short, against the 1 of others. */
export function startThrough({ ask, client }: Store, look: Look, ids: Ids, weights: GatewayConfig['weights']) {
  const inTurn = pLimit(MAX_STARTING);

  /** Joins the job that already has this key; it must have been asked for the same thing. */
  async function attach(ref: JobRef, hash: string): Promise<JobView> {
    const view = await look(ref).catch((error: unknown) => {
      // It was accepted: from here on nothing may say that it was not.
      throw error instanceof Unavailable ? new Unavailable(false, ref.id) : error;
    });
    if (view.argsHash !== hash) throw new Conflict(ref.id);
    return view;
  }

  /** After a start that was not acknowledged: what was sent may have arrived all the same. */
  async function arrived(ref: JobRef, hash: string, { refused }: Unavailable): Promise<JobView> {
    const found = await look(ref).catch(() => undefined);
    if (found?.argsHash === hash) return found;
    throw new Unavailable(refused, ref.id);
  }

  async function begin(
    ref: JobRef,
    tool: Tool,
    input: unknown,
    memo: JobMemo,
    workflowIdConflictPolicy: 'USE_EXISTING' | 'FAIL',
    { continues, delayMs }: StartOptions,
  ): Promise<JobView> {
    const beginsAt = delayMs === undefined ? undefined : new Date(Date.now() + delayMs);
    const view = newView(ref, tool.name, tool.policy, { ownHandles: tool.ownHandles, beginsAt });
    const start = (): Promise<WorkflowHandle> =>
      client.workflow.start(tool.route.workflow, {
        ...described(tool, input, { ...memo, at: view.startedAt.toISOString() }, ids),
        workflowId: ref.workflowId,
        args: [...tool.route.args(input), ...(continues ? [continues.earlier] : [])],
        priority: {
          // Tenants share what workers there are by their weight; within that, batch work gives way.
          fairnessKey: memo.caller.tenant,
          fairnessWeight: weights[memo.caller.tenant] ?? 1,
          ...(tool.batch && { priorityKey: BATCH }),
        },
        ...(delayMs !== undefined && { startDelay: delayMs }),
        workflowIdConflictPolicy,
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
      });
    try {
      await inTurn(() => ask(start));
      return view;
    } catch (error) {
      if (error instanceof Unavailable) return arrived(ref, memo.argsHash, error);
      throw error;
    }
  }

  /**
   * Starts the job of a call, or joins the one that has the same idempotency key. Returns it as it is then.
   *
   * @throws Conflict when the key was used with other arguments; Unavailable when Temporal does not answer
   */
  return async (
    tool: Tool,
    input: unknown,
    caller: Caller,
    { key, request, callback }: Origin,
    options: StartOptions = {},
  ): Promise<JobView> => {
    const { continues } = options;
    const hash = argsHash(continues ? { input, continues: continues.job } : input);
    const memo = memoOf(tool, caller, {
      argsHash: hash,
      ...(callback && { callback }),
      ...(continues && { continues: continues.job }),
    });
    try {
      const ref = request === undefined ? ids.newRef(caller, tool.name, key) : ids.requestRef(caller, request);
      const onConflict = request === undefined ? 'USE_EXISTING' : 'FAIL';
      const begun = await begin(ref, tool, input, memo, onConflict, options);
      return key === undefined ? begun : await attach(ref, hash);
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      if (key !== undefined) return attach(ids.newRef(caller, tool.name, key), hash);
      // A client that uses a request id twice gets two jobs; only the first can be cancelled by that id.
      return begin(ids.newRef(caller, tool.name, undefined), tool, input, memo, 'FAIL', options);
    }
  };
}
