/** The connection to Temporal: every unary RPC gets a deadline, and its errors get our names. */
import {
  Client,
  Connection,
  WorkflowNotFoundError,
  defaultGrpcRetryOptions,
  isGrpcServiceError,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import type { GatewayConfig } from '../config';
import { Unavailable, UnknownJob } from '../errors';
import type { JobRef } from '../ids';

const UNARY_MS = 5_000;
const MAX_MESSAGE = 128 * 1024 * 1024;
/** gRPC UNAVAILABLE: nobody answers at all. */
const UNAVAILABLE = 14;
const NOT_FOUND = 5;
/** With it DEADLINE_EXCEEDED and RESOURCE_EXHAUSTED. */
const TRANSIENT = new Set([4, 8, UNAVAILABLE]);

export type Store = ReturnType<typeof storeAt>;
export type Ask = Store['ask'];

/** Opens the connection, lazily: Temporal may be down. */
export function storeAt({ connectionOptions, namespace = 'default' }: GatewayConfig['temporal']) {
  const connection = Connection.lazy({
    ...connectionOptions,
    channelArgs: { 'grpc.max_receive_message_length': MAX_MESSAGE },
    interceptors: [
      makeGrpcRetryInterceptor(
        defaultGrpcRetryOptions({ maxAttempts: 3, initialIntervalMs: ({ code }) => (code === 8 ? 200 : 50) }),
      ),
    ],
  });
  const client = new Client({ connection, namespace });

  /** Runs a unary RPC within its deadline. @throws Unavailable when Temporal does not answer in time */
  async function ask<R>(run: () => Promise<R>, ms = UNARY_MS): Promise<R> {
    try {
      return await connection.withDeadline(Date.now() + ms, run);
    } catch (error) {
      const code = grpcCodeOf(error);
      if (code !== undefined && TRANSIENT.has(code)) throw new Unavailable(code === UNAVAILABLE);
      throw error;
    }
  }

  return {
    namespace,
    connection,
    client,
    ask,

    /** The same for one existing job. @throws UnknownJob too */
    async askOf<R>({ id, workflowId }: JobRef, run: (handle: WorkflowHandle) => Promise<R>, ms?: number): Promise<R> {
      try {
        return await ask(() => run(client.workflow.getHandle(workflowId)), ms);
      } catch (error) {
        const unknown = error instanceof WorkflowNotFoundError || grpcCodeOf(error) === NOT_FOUND;
        throw unknown ? new UnknownJob(id) : error;
      }
    },

    decoded: (payloads: Parameters<typeof decodeArrayFromPayloads>[1]): Promise<unknown[]> =>
      decodeArrayFromPayloads(client.options.loadedDataConverter, payloads),
  };
}

/** The gRPC status of an error of the client, which may have wrapped it. */
export function grpcCodeOf(error: unknown): number | undefined {
  const cause = error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error;
  return isGrpcServiceError(cause) ? cause.code : undefined;
}
