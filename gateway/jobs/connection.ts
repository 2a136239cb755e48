/** The connection to Temporal: every unary RPC gets a deadline, and its errors get our names. */
import { setTimeout as pause } from 'node:timers/promises';
import {
  Client,
  Connection,
  WorkflowNotFoundError,
  defaultGrpcRetryOptions,
  isGrpcServiceError,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';
import type { GrpcRetryOptions, WorkflowHandle } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import type { GatewayConfig } from '../config';
import { Problem } from '../errors';
import type { JobRef } from '../ids';

/** Deadline of a unary RPC, milliseconds. */
const UNARY_MS = 5_000;
const MAX_MESSAGE = 128 * 1024 * 1024;
/** gRPC UNAVAILABLE: nobody answers at all. */
const UNAVAILABLE = 14;
const NOT_FOUND = 5;
/** DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED and UNAVAILABLE. */
const TRANSIENT = new Set([4, 8, UNAVAILABLE]);

/** Temporal, as this folder reaches it. */
export interface Store {
  readonly namespace: string;
  readonly connection: Connection;
  readonly client: Client;
  /** Runs a unary RPC within `ms` milliseconds, 5 s by default. @throws Problem `unavailable` when no answer comes in time */
  ask<R>(run: () => Promise<R>, ms?: number): Promise<R>;
  /** Runs a unary RPC about one existing job. @throws Problem `unavailable`; `unknown_job` when there is no such job */
  askOf<R>(ref: JobRef, run: (handle: WorkflowHandle) => Promise<R>, ms?: number): Promise<R>;
  decoded(payloads: Payload[] | null | undefined): Promise<unknown[]>;
  /** Ends the connection. What was asked and is not answered fails. */
  close(): Promise<void>;
}

/** Opens the connection, lazily: Temporal may be down. */
export function createStore({ connectionOptions, namespace = 'default' }: GatewayConfig['temporal']): Store {
  const retries = createRetries();
  const connection = Connection.lazy({
    ...connectionOptions,
    // Retries are made by the interceptor below; those of the channel would cost a tenth of the CPU of an RPC as well.
    channelArgs: { 'grpc.max_receive_message_length': MAX_MESSAGE, 'grpc.enable_retries': 0 },
    interceptors: [makeGrpcRetryInterceptor(retries.options)],
  });
  const client = new Client({ connection, namespace });

  async function ask<R>(run: () => Promise<R>, ms = UNARY_MS): Promise<R> {
    try {
      return await connection.withDeadline(Date.now() + ms, run);
    } catch (error) {
      const code = grpcCodeOf(error);
      if (code !== undefined && TRANSIENT.has(code))
        throw new Problem('unavailable', { refused: code === UNAVAILABLE });
      throw error;
    }
  }

  return {
    namespace,
    connection,
    client,
    ask,

    async askOf({ id, workflowId }, run, ms) {
      try {
        return await ask(() => run(client.workflow.getHandle(workflowId)), ms);
      } catch (error) {
        const unknown = error instanceof WorkflowNotFoundError || grpcCodeOf(error) === NOT_FOUND;
        throw unknown ? new Problem('unknown_job', { id }) : error;
      }
    },

    decoded: (payloads) => decodeArrayFromPayloads(client.options.loadedDataConverter, payloads),

    async close() {
      await retries.end();
      await connection.close();
    },
  };
}

/**
 * How RPCs are retried, until `end`, which resolves when none is to come. A retry that is due on a closed connection would throw in
 * the callback of a timer, where nobody can catch it.
 */
function createRetries(): { readonly options: GrpcRetryOptions; end(): Promise<void> } {
  const { retryableDecider, delayFunction } = defaultGrpcRetryOptions({
    maxAttempts: 3,
    initialIntervalMs: ({ code }) => (code === 8 ? 200 : 50),
  });
  let ended = false;
  let lastDueAt = 0;
  return {
    options: {
      retryableDecider: (attempt, status) => !ended && retryableDecider(attempt, status),
      delayFunction(attempt, status) {
        const ms = delayFunction(attempt, status);
        lastDueAt = Math.max(lastDueAt, performance.now() + ms);
        return ms;
      },
    },
    async end() {
      ended = true;
      const ms = lastDueAt - performance.now();
      if (ms > 0) await pause(Math.ceil(ms) + 1);
    },
  };
}

/** The gRPC status of an error of the client, which may have wrapped it. */
export function grpcCodeOf(error: unknown): number | undefined {
  const cause = error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error;
  return isGrpcServiceError(cause) ? cause.code : undefined;
}
