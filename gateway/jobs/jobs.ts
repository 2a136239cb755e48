/**
 * The gateway's contract with Temporal. This folder alone knows its client. Nothing here is remembered between two requests but
 * the connection, and what was counted a moment ago.
 */
import { QUERY_PARTIAL, SIGNAL_ANSWER, SIGNAL_SHOWN } from '../../workflows/contract';
import type { Answer } from '../../workflows/contract';
import type { GatewayConfig } from '../config';
import { Unavailable } from '../errors';
import type { Ids, JobRef } from '../ids';
import { cancelThrough } from './cancel';
import { storeAt } from './connection';
import { pollThrough } from './end';
import { estimatesFrom } from './estimates';
import { lookThrough } from './look';
import type { Outcome } from './outcome';
import { queuesOf } from './queues';
import { schedulesOf } from './schedules';
import { carriedUnder } from './carried';
import { startThrough } from './start';
import { visibilityOf } from './visibility';

const QUERY_MS = 2_000;
const REACHABLE_MS = 1_000;

export type Jobs = ReturnType<typeof temporalJobs>;

/** Opens the connection and returns what can be done with jobs. `onEnd` is told of each one that is seen to have ended. */
export function temporalJobs(
  { temporal, weights }: Pick<GatewayConfig, 'temporal' | 'weights'>,
  ids: Ids,
  onEnd: (ref: JobRef) => void,
) {
  const store = storeAt(temporal);
  const { askOf, ask, connection, namespace, decoded } = store;
  const visibility = visibilityOf(store, ids);
  const cancel = cancelThrough(store);
  const look = lookThrough(store, {
    cancelledAt: cancel.cancelledAt,
    stateOf: queuesOf(store),
    estimate: estimatesFrom(visibility.durations),
    onEnd,
  });
  const poll = pollThrough(store, onEnd);
  const carried = carriedUnder(weights, ids);

  return {
    look,
    poll,
    ...startThrough(store, look, ids, carried),
    ...cancel,
    schedules: schedulesOf(store, ids, carried),
    ...visibility,

    /** How a job ended that has ended. @throws Unavailable when Temporal does not tell in time */
    async outcomeOf(ref: JobRef): Promise<Outcome> {
      const outcome = await poll(ref, new AbortController().signal);
      if (!outcome) throw new Unavailable(false);
      return outcome;
    },

    /** The last partial result in full, from a worker; undefined when none answers within 2 s. */
    async partial(ref: JobRef): Promise<unknown> {
      try {
        return await askOf(ref, (handle) => handle.query<unknown>(QUERY_PARTIAL), QUERY_MS);
      } catch {
        return undefined; // No worker, or a workflow that knows no such query: the memo has to do.
      }
    },

    /** What the job was started with. */
    inputOf: (ref: JobRef): Promise<unknown> =>
      askOf(ref, async () => {
        const { history } = await connection.workflowService.getWorkflowExecutionHistory({
          namespace,
          execution: { workflowId: ref.workflowId },
          maximumPageSize: 1,
        });
        const [input] = await decoded(history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads);
        return input;
      }),

    /** Marks a question as put before a person. */
    shown: (ref: JobRef, key: string) => askOf(ref, (handle) => handle.signal(SIGNAL_SHOWN, key)),

    /** Hands the answer of a person to the job. It lands even when no worker is up. */
    respond: (ref: JobRef, answer: Answer) => askOf(ref, (handle) => handle.signal(SIGNAL_ANSWER, answer)),

    /** Whether Temporal serves, asked for real with a deadline of 1 s. */
    reachable: (): Promise<boolean> =>
      ask(() => connection.workflowService.getSystemInfo({}), REACHABLE_MS).then(
        () => true,
        () => false,
      ),

    close: () => connection.close(),
  };
}
