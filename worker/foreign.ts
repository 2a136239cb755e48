/** Workflows of other people, as Temporal's client reaches them: what steps may ask about them, and may not ask by themselves. */
import {
  Client,
  Connection,
  NamespaceNotFoundError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  isGrpcServiceError,
} from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, ValueError, defineSearchAttributeKey } from '@temporalio/common';
import { decodeArrayFromPayloads, encodeToPayloads } from '@temporalio/common/lib/internal-non-workflow';
import { failure } from '../activities';
import type { Described, Ended, Handled, Workflows } from '../activities';
import type { TemporalConfig } from '../config/temporal';
import { FAILURES } from '../workflows/contract';
import type { FailureDetail } from '../workflows/contract';
import type { Place } from '../workflows/catalog-contract';

const UNARY_MS = 8_000;
/** How long a query may take: it needs a worker of the workflow. */
const QUERY_MS = 10_000;

/** Statuses of gRPC. */
const [CANCELLED, INVALID_ARGUMENT, DEADLINE_EXCEEDED, NOT_FOUND, PERMISSION_DENIED] = [1, 3, 4, 5, 7];

/** Reaches all namespaces that the connection may: on Temporal Cloud, those of its endpoint and key. */
export function createWorkflows({ connectionOptions }: Pick<TemporalConfig, 'connectionOptions'>): Workflows {
  const connection = Connection.lazy(connectionOptions);
  const clientOf = (namespace: string): Client => new Client({ connection, namespace });
  const handleOf = ({ namespace, workflowId }: Place): WorkflowHandle =>
    clientOf(namespace).workflow.getHandle(workflowId);

  /** Runs an RPC. What it comes to when Temporal does not answer, or does not want to, is a failure. */
  async function ask<R>(namespace: string, run: () => Promise<R>, ms = UNARY_MS): Promise<R> {
    try {
      return await connection.withDeadline(Date.now() + ms, run);
    } catch (error) {
      throw failureOf(error, namespace) ?? error;
    }
  }

  return {
    async start({ namespace, workflowId, workflow, queue, args, memo, searchAttributes, timeoutMs }) {
      const start = (): Promise<unknown> =>
        clientOf(namespace).workflow.start(workflow, {
          workflowId,
          taskQueue: queue,
          args: [...args],
          memo: { ...memo },
          typedSearchAttributes: Object.entries(searchAttributes).map(([name, value]) => ({
            key: defineSearchAttributeKey(name, 'KEYWORD'),
            value,
          })),
          workflowExecutionTimeout: timeoutMs,
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
        });
      await ask(namespace, start).catch((error: unknown) => {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      });
    },

    async describe(place) {
      try {
        const { type, status, memo, raw } = await ask(place.namespace, () => handleOf(place).describe());
        const beating = raw.pendingActivities?.find(({ heartbeatDetails }) => heartbeatDetails);
        const converter = clientOf(place.namespace).options.loadedDataConverter;
        // Its worker may have written it in a form that only itself can read.
        const [heartbeat] = await decodeArrayFromPayloads(converter, beating?.heartbeatDetails?.payloads).catch(
          () => [],
        );
        return { type, running: isRunning(status.name), memo: memo ?? {}, heartbeat } satisfies Described;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      }
    },

    async ended(place, ms, signal) {
      // The client never lets go of a signal: each wait has one of its own.
      const within = new AbortController();
      const stop = (): void => within.abort();
      const timer = setTimeout(stop, ms);
      signal.addEventListener('abort', stop);
      if (signal.aborted) stop();
      try {
        const value: unknown = await connection.withAbortSignal(within.signal, () => handleOf(place).result());
        return { kind: 'done', value };
      } catch (error) {
        if (error instanceof WorkflowFailedError) return endOf(error);
        if (error instanceof SyntaxError || error instanceof ValueError)
          return broken('The workflow ended with a result that is not JSON and cannot be read.');
        if (within.signal.aborted) return undefined;
        throw failureOf(error, place.namespace) ?? error;
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
      }
    },

    async cancel(place) {
      await ask(place.namespace, () => handleOf(place).cancel()).catch((error: unknown) => {
        if (!(error instanceof WorkflowNotFoundError)) throw error; // it has ended
      });
    },

    async signal({ namespace, workflowId }, name, args, id) {
      const { options } = clientOf(namespace);
      const payloads = await encodeToPayloads(options.loadedDataConverter, ...args);
      try {
        await ask(namespace, () =>
          connection.workflowService.signalWorkflowExecution({
            namespace,
            workflowExecution: { workflowId },
            signalName: name,
            input: { payloads: payloads ?? [] },
            requestId: id,
            identity: options.identity,
          }),
        );
        return { kind: 'value', value: null };
      } catch (error) {
        if (codeOf(error) === NOT_FOUND) return { kind: 'gone' };
        throw error;
      }
    },

    async query(place, name, args) {
      try {
        const value = await connection.withDeadline(Date.now() + QUERY_MS, () => handleOf(place).query(name, ...args));
        return { kind: 'value', value };
      } catch (error) {
        return unhandled(error, place);
      }
    },

    async update(place, name, args, updateId, signal) {
      try {
        const [first, ...more] = args;
        const handle = handleOf(place);
        const value = await connection.withAbortSignal(signal, () =>
          args.length === 0
            ? handle.executeUpdate(name, { updateId })
            : handle.executeUpdate(name, { updateId, args: [first, ...more] }),
        );
        return { kind: 'value', value };
      } catch (error) {
        if (error instanceof WorkflowUpdateFailedError)
          return { kind: 'threw', words: error.cause?.message ?? error.message };
        if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return { kind: 'silent' };
        return unhandled(error, place);
      }
    },
  };
}

/** Whether it goes on: in another run, or when an operator lets it. */
const isRunning = (status: string): boolean =>
  status === 'RUNNING' || status === 'PAUSED' || status === 'CONTINUED_AS_NEW';

/** Why a handler gave nothing back. @throws `unavailable`, `refused` */
function unhandled(error: unknown, { namespace }: Place): Handled {
  const code = codeOf(error);
  if (error instanceof WorkflowNotFoundError || code === NOT_FOUND) return { kind: 'gone' };
  if (code === DEADLINE_EXCEEDED || code === CANCELLED) return { kind: 'silent' };
  // Temporal's error is the same for a handler that is not there and for one that throws.
  if (code === INVALID_ARGUMENT && error instanceof Error) return { kind: 'threw', words: error.message };
  throw failureOf(error, namespace) ?? error;
}

/** How it ended: under its own kind where that is one of ours. Its own words are not ours, and stay in its history. */
function endOf({ cause }: WorkflowFailedError): Ended {
  if (cause instanceof CancelledFailure) return { kind: 'cancelled' };
  const kind = FAILURES.find((known) => cause instanceof ApplicationFailure && cause.type === known);
  if (kind === undefined || !(cause instanceof ApplicationFailure))
    return broken('The workflow failed. Its history says why.');
  return { kind: 'failed', failure: kind, sentence: cause.message, detail: detailIn(cause.details?.[0]) };
}

const broken = (sentence: string): Ended => ({
  kind: 'failed',
  failure: 'broken',
  sentence,
  detail: { sideEffect: 'unknown' },
});

function detailIn(detail: unknown): FailureDetail {
  const said = typeof detail === 'object' && detail !== null && 'sideEffect' in detail ? detail.sideEffect : undefined;
  return { sideEffect: said === 'none' || said === 'done' ? said : 'unknown' };
}

/** The failure of an RPC; undefined where it is about the workflow, and for whoever asked to tell. */
function failureOf(error: unknown, namespace: string): Error | undefined {
  if (error instanceof WorkflowNotFoundError || error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
  const code = error instanceof NamespaceNotFoundError ? NOT_FOUND : codeOf(error);
  if (code === undefined) return undefined;
  if (code === NOT_FOUND && !(error instanceof NamespaceNotFoundError)) return undefined;
  if (code === NOT_FOUND || code === PERMISSION_DENIED)
    return failure('refused', `The workers of this gateway cannot reach the namespace ${namespace}.`, error);
  if (code === INVALID_ARGUMENT)
    return failure(
      'refused',
      `Temporal does not take it in the namespace ${namespace}: the history of the job says why.`,
      error,
    );
  return failure('unavailable', 'Temporal did not answer.', error);
}

function codeOf(error: unknown): number | undefined {
  const cause = error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error;
  return isGrpcServiceError(cause) ? cause.code : undefined;
}
