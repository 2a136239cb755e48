/**
 * The gateway's contract with Temporal, and the only file that knows its client. Nothing here is remembered between two
 * requests but the connection.
 */
import { randomUUID } from 'node:crypto';
import {
  Connection,
  Client,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  defaultGrpcRetryOptions,
  isGrpcServiceError,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { ValueError } from '@temporalio/common';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import pLimit from 'p-limit';
import { MEMO_JOB, QUERY_PARTIAL, SIGNAL_ANSWER, SIGNAL_SHOWN, isPartialResult } from '../workflows/contract';
import type { Answer, Callback, Caller, JobId, JobMemo } from '../workflows/contract';
import type { GatewayConfig } from './config';
import { Conflict, Expired, Unavailable, UnknownJob } from './errors';
import { estimatesFrom } from './estimates';
import { argsHash } from './ids';
import type { Ids, JobRef } from './ids';
import { UNREADABLE, failedOutcome } from './outcome';
import type { Outcome } from './outcome';
import { retryText } from './pending';
import { queuesOf } from './queues';
import { schedulesOf } from './schedules';
import type { ScheduleId } from './schedules';
import type { Tool } from './tools';
import { expiryOf, isClosed, newView, viewOf } from './view';
import type { JobView } from './view';
import { SUBJECT, TENANT, TOOL, visibilityOf } from './visibility';

const UNARY_MS = 5_000;
const QUERY_MS = 2_000;
/** Starts under way at one time. More would wait in Temporal, where their deadline runs; here it does not. */
const MAX_STARTING = 50;
/** A server page of the long poll lasts 20 s; an abort that falls between two pages is lost, so a slice ends before. */
const POLL_SLICE_MS = 18_000;
/** Priority of batch work, from 1 to 5; everything else has 3. */
const BATCH = 5;
/** gRPC UNAVAILABLE: nobody answers at all. */
const UNAVAILABLE = 14;
const NOT_FOUND = 5;
/** With it DEADLINE_EXCEEDED and RESOURCE_EXHAUSTED. */
const TRANSIENT = new Set([4, 8, UNAVAILABLE]);

/** Why a job was cancelled, in its history. */
const TAKEN_BACK = 'The client took its call back (notifications/cancelled).';
/** Between the wish to cancel and the end there are few. */
const LAST_EVENTS = 100;

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

export type Jobs = ReturnType<typeof temporalJobs>;

/** Opens the connection (lazily: Temporal may be down) and returns what can be done with jobs. */
export function temporalJobs({ temporal, weights }: Pick<GatewayConfig, 'temporal' | 'weights'>, ids: Ids) {
  const namespace = temporal.namespace ?? 'default';
  const connection = Connection.lazy({
    ...temporal.connectionOptions,
    channelArgs: { 'grpc.max_receive_message_length': 128 * 1024 * 1024 },
    interceptors: [
      makeGrpcRetryInterceptor(
        defaultGrpcRetryOptions({ maxAttempts: 3, initialIntervalMs: ({ code }) => (code === 8 ? 200 : 50) }),
      ),
    ],
  });
  const client = new Client({ connection, namespace });
  const inTurn = pLimit(MAX_STARTING);
  const visibility = visibilityOf(client, (run) => ask(run), ids);
  const estimate = estimatesFrom(visibility.durations);
  const schedules = schedulesOf(client, (run) => ask(run), ids);
  const queueState = queuesOf(connection, namespace, (run) => ask(run));

  /** Runs a unary RPC within its deadline and gives its errors our names. */
  async function ask<R>(run: () => Promise<R>, ms = UNARY_MS): Promise<R> {
    try {
      return await connection.withDeadline(Date.now() + ms, run);
    } catch (error) {
      const code = grpcCodeOf(error);
      if (code !== undefined && TRANSIENT.has(code)) throw new Unavailable(code === UNAVAILABLE);
      throw error;
    }
  }

  /** The same for one existing job. */
  async function askOf<R>(
    { id, workflowId }: JobRef,
    run: (handle: WorkflowHandle) => Promise<R>,
    ms?: number,
  ): Promise<R> {
    try {
      return await ask(() => run(client.workflow.getHandle(workflowId)), ms);
    } catch (error) {
      const unknown = error instanceof WorkflowNotFoundError || grpcCodeOf(error) === NOT_FOUND;
      throw unknown ? new UnknownJob(id) : error;
    }
  }

  async function look(ref: JobRef): Promise<JobView> {
    const description = await askOf(ref, (handle) => handle.describe());
    const beating = description.raw.pendingActivities?.find(({ heartbeatDetails }) => heartbeatDetails);
    const [heartbeat] = await decodeArrayFromPayloads(
      client.options.loadedDataConverter,
      beating?.heartbeatDetails?.payloads,
    ).catch(() => []); // of a foreign worker, in a form that only it can read
    const view = viewOf(ref, description, heartbeat);
    const expiry = expiryOf(view);
    if (!isClosed(view)) return goingOn(view);
    if (expiry.getTime() < Date.now()) throw new Expired(ref.id, expiry);
    return view;
  }

  /** Adds what only others can tell of a job that has not ended: its queue, and the jobs before it. */
  async function goingOn(view: JobView): Promise<JobView> {
    const { ref, tool, startedAt, unclaimed, retrying, trouble } = view;
    const [tenant = ''] = ref.workflowId.split('/');
    return {
      ...view,
      trouble: trouble ?? (unclaimed ? await queueState(unclaimed) : retrying && retryText(retrying)),
      estimate: estimate(tenant, tool, Date.now() - startedAt.getTime()),
    };
  }

  /** Joins the job that already has this key; it must have been asked for the same thing. */
  async function attach(ref: JobRef, hash: string): Promise<JobView> {
    const view = await look(ref).catch((error: unknown) => {
      // It was accepted: from here on nothing may say that it was not.
      throw error instanceof Unavailable ? new Unavailable(false, ref.id) : error;
    });
    if (view.argsHash !== hash) throw new Conflict(ref.id);
    return view;
  }

  /** What every job carries, however it is started. */
  function described(tool: Tool, input: unknown, memo: JobMemo) {
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
        ...described(tool, input, { ...memo, at: view.startedAt.toISOString() }),
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

  /** After a start that was not acknowledged: what was sent may have arrived all the same. */
  async function arrived(ref: JobRef, hash: string, { refused }: Unavailable): Promise<JobView> {
    const found = await look(ref).catch(() => undefined);
    if (found?.argsHash === hash) return found;
    throw new Unavailable(refused, ref.id);
  }

  /** One slice of the long poll for the end of a job; undefined when the slice, or the wait, ended first. */
  async function poll(ref: JobRef, signal: AbortSignal): Promise<Outcome | undefined> {
    if (signal.aborted) return undefined;
    // The client never lets go of a signal that it was given, so each slice gets its own.
    const slice = new AbortController();
    const end = (): void => slice.abort();
    const timer = setTimeout(end, POLL_SLICE_MS);
    signal.addEventListener('abort', end, { once: true });
    try {
      const value: unknown = await connection.withAbortSignal(slice.signal, () =>
        client.workflow.getHandle(ref.workflowId).result(),
      );
      return isPartialResult(value)
        ? { kind: 'partial', value: value.value, reason: value.reason, progress: value.progress }
        : { kind: 'done', value };
    } catch (error) {
      if (error instanceof WorkflowFailedError) return failedOutcome(error);
      // It ended, with something that the payload converter cannot read: it never will.
      if (error instanceof SyntaxError || error instanceof ValueError) return UNREADABLE;
      if (slice.signal.aborted) return undefined;
      if (error instanceof WorkflowNotFoundError) throw new UnknownJob(ref.id);
      // Whatever ails the connection, the job goes on, and so may the wait.
      if (grpcCodeOf(error) !== undefined) throw new Unavailable(false);
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
    }
  }

  return {
    look,
    poll,

    /** How a job ended that has ended. @throws Unavailable when Temporal does not tell in time */
    async outcomeOf(ref: JobRef): Promise<Outcome> {
      const outcome = await poll(ref, new AbortController().signal);
      if (!outcome) throw new Unavailable(false);
      return outcome;
    },

    /**
     * Starts the job of a call, or joins the one that has the same idempotency key. Returns it as it is then.
     *
     * @throws Conflict when the key was used with other arguments; Unavailable when Temporal does not answer
     */
    async start(
      tool: Tool,
      input: unknown,
      caller: Caller,
      { key, request, callback }: Origin,
      options: StartOptions = {},
    ): Promise<JobView> {
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
    },

    /** Has a call made again and again. Undefined when the caller has too many schedules. */
    repeat(tool: Tool, input: unknown, caller: Caller, everyMs: number): Promise<ScheduleId | undefined> {
      const { workflowId } = ids.newRef(caller, tool.name, undefined);
      const action = { ...described(tool, input, memoOf(tool, caller, { argsHash: argsHash(input) })), workflowId };
      return schedules.create(caller, { type: 'startWorkflow', workflowType: tool.route.workflow, ...action }, everyMs);
    },

    schedules: schedules.list,
    endSchedule: schedules.end,

    /** The last partial result in full, from a worker; undefined when none answers within 2 s. */
    async partial(ref: JobRef): Promise<unknown> {
      try {
        return await askOf(ref, (handle) => handle.query<unknown>(QUERY_PARTIAL), QUERY_MS);
      } catch {
        return undefined; // No worker, or a workflow that knows no such query: the memo has to do.
      }
    },

    /** Marks a question as put before a person. */
    shown: (ref: JobRef, key: string) => askOf(ref, (handle) => handle.signal(SIGNAL_SHOWN, key)),

    /** Asks the job to stop. Returns once Temporal has recorded the wish. */
    cancel: (ref: JobRef) => askOf(ref, (handle) => handle.cancel()),

    /** The same because the client took its call back, which the history then says. */
    takeBack: ({ id, workflowId }: JobRef) =>
      askOf({ id, workflowId }, () =>
        connection.workflowService.requestCancelWorkflowExecution({
          namespace,
          workflowExecution: { workflowId },
          identity: client.options.identity,
          requestId: randomUUID(),
          reason: TAKEN_BACK,
        }),
      ),

    /** Whether a job was cancelled because the client took its call back. */
    takenBack: ({ id, workflowId }: JobRef) =>
      askOf({ id, workflowId }, async () => {
        const { history } = await connection.workflowService.getWorkflowExecutionHistoryReverse({
          namespace,
          execution: { workflowId },
          maximumPageSize: LAST_EVENTS,
        });
        const causes = history?.events?.map((event) => event.workflowExecutionCancelRequestedEventAttributes?.cause);
        return causes?.includes(TAKEN_BACK) === true;
      }),

    /** Hands the answer of a person to the job. It lands even when no worker is up. */
    respond: (ref: JobRef, answer: Answer) => askOf(ref, (handle) => handle.signal(SIGNAL_ANSWER, answer)),

    /** What the job was started with. */
    inputOf: (ref: JobRef): Promise<unknown> =>
      askOf(ref, async () => {
        const execution = { workflowId: ref.workflowId };
        const { history } = await connection.workflowService.getWorkflowExecutionHistory({
          namespace,
          execution,
          maximumPageSize: 1,
        });
        const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
        const [input] = await decodeArrayFromPayloads(client.options.loadedDataConverter, started?.input?.payloads);
        return input;
      }),

    list: visibility.list,
    running: visibility.running,
    runningIn: visibility.runningIn,

    /** Whether Temporal serves, asked for real with a deadline of 1 s. */
    async reachable(): Promise<boolean> {
      try {
        await ask(() => connection.workflowService.getSystemInfo({}), 1_000);
        return true;
      } catch {
        return false;
      }
    },

    close: () => connection.close(),
  };
}

/** The gRPC status of an error of the client, which may have wrapped it. */
function grpcCodeOf(error: unknown): number | undefined {
  const cause = error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error;
  return isGrpcServiceError(cause) ? cause.code : undefined;
}

function memoOf(tool: Tool, caller: Caller, call: Pick<JobMemo, 'argsHash' | 'callback' | 'continues'>): JobMemo {
  return { tool: tool.name, caller, policy: tool.policy, ...call, ...(tool.ownHandles && { handles: 'own' }) };
}
