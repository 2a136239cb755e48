/** How RPCs are tried again, and what is known of all the attempts at one: whether anything may have arrived. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import type { ConnectionOptions } from '@temporalio/client';

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];

/** gRPC UNAVAILABLE: there was no connection, or it broke, and then what was sent may have arrived. */
export const UNAVAILABLE = 14;
const RESOURCE_EXHAUSTED = 8;
/** How grpc-js tells of a call that never had a connection, whichever load balancer it uses. */
const NEVER_CONNECTED = /^(\w+: )?No connection established|^Name resolution failed/;

/** What is known of one RPC, all its attempts together. */
export interface Sent {
  mayHaveArrived: boolean;
}

export interface Retries {
  readonly interceptor: Interceptor;
  /** Runs an RPC and notes in `sent` what becomes of its attempts. */
  noting<R>(sent: Sent, run: () => Promise<R>): Promise<R>;
  /**
   * Resolves when no retry is to come. One that is due on a closed connection would throw in the callback of a timer, where nobody
   * can catch it.
   */
  end(): Promise<void>;
}

export function createRetries(): Retries {
  const rpcs = new AsyncLocalStorage<Sent>();
  const { retryableDecider, delayFunction } = defaultGrpcRetryOptions({
    maxAttempts: 3,
    initialIntervalMs: ({ code }) => (code === RESOURCE_EXHAUSTED ? 200 : 50),
  });
  let ended = false;
  /** Retries that are due some time. */
  let due = 0;
  let noneDue = (): void => undefined;
  return {
    interceptor: (options, nextCall) => {
      const rpc = rpcs.getStore();
      let attempts = 0;
      const retry = makeGrpcRetryInterceptor({
        retryableDecider(attempt, status) {
          // The error that comes out in the end is that of the last attempt alone.
          if (rpc && !(status.code === UNAVAILABLE && NEVER_CONNECTED.test(status.details))) rpc.mayHaveArrived = true;
          return !ended && retryableDecider(attempt, status);
        },
        delayFunction(attempt, status) {
          due += 1;
          return delayFunction(attempt, status);
        },
      });
      return retry(options, (again) => {
        if (attempts++ > 0 && --due === 0) noneDue();
        return nextCall(again);
      });
    },

    noting: (sent, run) => rpcs.run(sent, run),

    async end() {
      ended = true;
      if (due > 0) await new Promise<void>((resolve) => (noneDue = resolve));
    },
  };
}
