/** Reads a resource or a prompt of an upstream through a worker. It is no job: whoever asks waits for it, and asks again. */
import { ActivityFailure, proxyActivities } from '@temporalio/workflow';
import { DEFAULT_POLICY, TASK_QUEUE, queueOf } from '../contract';
import { jobFailure } from '../failure';
import type { ReadRequest, Reading } from '../upstream-contract';

const READ_MS = 20_000;
const ATTEMPTS = 2;

interface ReadSteps {
  readUpstream(request: ReadRequest): Promise<Reading>;
}

/** @throws ApplicationFailure of the contract's kinds */
export async function upstreamRead({ queue, ...request }: ReadRequest): Promise<Reading> {
  const { readUpstream } = proxyActivities<ReadSteps>({
    taskQueue: queue === undefined ? TASK_QUEUE : queueOf(queue),
    scheduleToCloseTimeout: READ_MS,
    heartbeatTimeout: READ_MS / 2,
    retry: { maximumAttempts: ATTEMPTS },
  });
  try {
    return await readUpstream.executeWithOptions({ summary: `${request.method} of ${request.upstream}` }, [request]);
  } catch (error) {
    throw error instanceof ActivityFailure ? jobFailure(error, { ...DEFAULT_POLICY, attempts: ATTEMPTS }) : error;
  }
}
