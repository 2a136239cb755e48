/** The connection to Temporal: every unary RPC gets a deadline, and its errors get our names. */
import { Client, Connection, WorkflowNotFoundError, isGrpcServiceError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import type { GatewayConfig } from '../config';
import { Problem } from '../errors';
import type { JobRef } from '../ids';
import { UNAVAILABLE, createRetries } from './retries';
import type { Sent } from './retries';

/** Deadline of a unary RPC, milliseconds: who asks has an answer within 5 s. */
const UNARY_MS = 4_000;
const MAX_MESSAGE = 128 * 1024 * 1024;
const NOT_FOUND = 5;
/** DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED and UNAVAILABLE. */
const TRANSIENT = new Set([4, 8, UNAVAILABLE]);

/** Temporal, as this folder reaches it. */
export interface Store {
  readonly namespace: string;
  readonly connection: Connection;
  readonly client: Client;
  /** Runs a unary RPC within `ms` milliseconds, 4 s by default. @throws Problem `unavailable` when no answer comes in time */
  ask<R>(run: () => Promise<R>, ms?: number): Promise<R>;
  /**
   * Runs a unary RPC about one existing job, and again with its former workflow id where there is none of the present one.
   *
   * @throws Problem `unavailable`; `unknown_job` when there is no such job
   */
  askOf<R>(ref: JobRef, run: (handle: WorkflowHandle) => Promise<R>, ms?: number): Promise<R>;
  decoded(payloads: Payload[] | null | undefined): Promise<unknown[]>;
  /** Ends the connection. What was asked and is not answered fails. */
  close(): Promise<void>;
}

/** Opens the connection, lazily: Temporal may be down. */
export function createStore({ connectionOptions, namespace }: GatewayConfig['temporal']): Store {
  const retries = createRetries();
  const connection = Connection.lazy({
    ...connectionOptions,
    // Retries are made by the interceptor; those of the channel would cost a tenth of the CPU of an RPC as well.
    channelArgs: { 'grpc.max_receive_message_length': MAX_MESSAGE, 'grpc.enable_retries': 0 },
    interceptors: [retries.interceptor],
  });
  const client = new Client({ connection, namespace });

  async function ask<R>(run: () => Promise<R>, ms = UNARY_MS): Promise<R> {
    const sent: Sent = { mayHaveArrived: false };
    try {
      return await retries.noting(sent, () => connection.withDeadline(Date.now() + ms, run));
    } catch (error) {
      const code = grpcCodeOf(error);
      if (code !== undefined && TRANSIENT.has(code))
        throw new Problem('unavailable', { refused: !sent.mayHaveArrived });
      throw error;
    }
  }

  const askOf: Store['askOf'] = async ({ id, workflowId, formerly }, run, ms) => {
    try {
      return await ask(() => run(client.workflow.getHandle(workflowId)), ms);
    } catch (error) {
      const unknown = error instanceof WorkflowNotFoundError || grpcCodeOf(error) === NOT_FOUND;
      if (!unknown) throw error;
      if (formerly === undefined) throw new Problem('unknown_job', { id });
      return askOf({ id, workflowId: formerly }, run, ms);
    }
  };

  return {
    namespace,
    connection,
    client,
    ask,
    askOf,

    decoded: (payloads) => decodeArrayFromPayloads(client.options.loadedDataConverter, payloads),

    async close() {
      await retries.end();
      await connection.close();
    },
  };
}

/** The gRPC status of an error of the client, which may have wrapped it. */
export function grpcCodeOf(error: unknown): number | undefined {
  const cause = error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error;
  return isGrpcServiceError(cause) ? cause.code : undefined;
}
