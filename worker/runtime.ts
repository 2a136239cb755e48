/** Temporal's SDK as it logs and counts: its lines, and those of its native core, go into the log of the worker, in its form. */
import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { LogEntry, RuntimeOptions } from '@temporalio/worker';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { textOf } from '../config/address';
import type { Address } from '../config/address';

/**
 * How often a process tells Temporal of its workers: soon enough to take them out of line, and by it `holdfast doctor` tells one that
 * is frozen from one that has nothing to do. It is not an action.
 */
const HEARTBEAT = '5 s';

/** What the SDK warns of where one worker runs steps only and another one decisions only, as they are meant to. */
const HALF = /^No (activities|workflows) registered/;
/** Runs whose workflow is remembered: the core names a run alone. */
const RUNS_MAX = 10_000;
/** Runs whose last error is remembered: what the core says of one follows at once. */
const ERRORS_MAX = 100;
/** What the core says of a decision that failed and is made again, whatever it failed of. */
const STUCK = 'Failing workflow task';
/** Longest message of the SDK, characters. */
const MESSAGE_MAX = 300;
/** Buckets of the durations of jobs, seconds: from a lookup to a day of waiting for a person. */
const JOB_BUCKETS = [0.1, 0.5, 1, 5, 15, 60, 300, 1_800, 3_600, 14_400, 86_400];

/**
 * Sends the SDK's own lines to `log`, and serves metrics where that is asked for. Must be called once, before the first worker starts.
 *
 * @param metrics - where Prometheus reads them, under /metrics; absent: nowhere
 * @param onStuck - told of each job whose decision failed and is tried again, with what its code threw where that is known
 */
export function installRuntime(
  log: Logger,
  metrics?: Address,
  onStuck: (job: string, error: unknown) => void = () => undefined,
): void {
  const options = {
    shutdownSignals: [] as NodeJS.Signals[], // main decides when to stop
    workerHeartbeatInterval: HEARTBEAT,
    // The runs that the core names are known from lines below the level of the log.
    logger: new DefaultLogger('DEBUG', createForward(log, onStuck)),
    telemetryOptions: { logging: { filter: { core: 'WARN' as const, other: 'ERROR' as const }, forward: {} } },
  } satisfies RuntimeOptions;
  if (!metrics) return void Runtime.install(options);
  const bindAddress = textOf(metrics);
  try {
    Runtime.install({
      ...options,
      telemetryOptions: {
        ...options.telemetryOptions,
        metrics: {
          attachServiceName: false,
          prometheus: {
            bindAddress,
            useSecondsForDurations: true,
            countersTotalSuffix: true,
            histogramBucketOverrides: { holdfast_job_seconds: JOB_BUCKETS },
          },
        },
      },
    });
  } catch (error) {
    // A worker that is replaced may hold the port for as long as its steps take. Jobs matter more.
    log.error(
      { err: error, address: bindAddress },
      'metrics are not served: HOLDFAST_METRICS names an address that cannot be had',
    );
    Runtime.install(options);
  }
}

/**
 * What is written of the SDK's own lines. The rest may be anybody's: a line about a step that cannot be begun holds the whole task,
 * arguments included, and one about a decision that failed holds the failure.
 */
const OURS = ['builds', 'taskQueue', 'workflowType', 'activityType', 'attempt', 'durationMs', 'build', 'error'];

/** Writes the SDK's lines as ours: a run with the job that it belongs to, and no warning that means nothing. */
function createForward(log: Logger, onStuck: (job: string, error: unknown) => void): (entry: LogEntry) => void {
  const workflows = new LRUCache<string, string>({ max: RUNS_MAX });
  const errors = new LRUCache<string, object>({ max: ERRORS_MAX });
  return ({ level, message, meta = {} }) => {
    const fields = meta as Record<string, unknown>;
    const runId = fields['runId'] ?? fields['workflowRunId'] ?? fields['run_id'];
    const known = fields['workflowId'] ?? fields['workflow_id'];
    if (typeof runId === 'string' && typeof known === 'string') workflows.set(runId, known);
    if (typeof runId === 'string' && fields['error'] instanceof Error) errors.set(runId, fields['error']);
    const word = level === 'ERROR' ? 'error' : level === 'WARN' ? 'warn' : 'debug';
    if (!log.isLevelEnabled(word) || HALF.test(message)) return;
    const workflowId = known ?? (typeof runId === 'string' ? workflows.get(runId) : undefined);
    const { sdkComponent: from, taskToken: _token, ...all } = fields;
    // What an author's code writes down is its own affair.
    const told =
      from === 'activity' || from === 'workflow'
        ? all
        : Object.fromEntries(OURS.filter((name) => name in fields).map((name) => [name, fields[name]]));
    const whose = jobOf(workflowId);
    log[word]({ ...told, from, ...whose, runId }, headOf(message));
    if (message.startsWith(STUCK) && whose.job !== undefined && typeof runId === 'string')
      onStuck(whose.job, errors.get(runId));
  };
}

/** The first sentence of a message, which may go on for pages. */
const headOf = (message: string): string => message.split('\n', 1).join('').slice(0, MESSAGE_MAX);

/** The job of a workflow of ours, and whose it is: their ids are `<tenant>/<subject tag>/<job id>`. */
function jobOf(workflowId: unknown): { readonly tenant?: string | undefined; readonly job?: string } {
  const [tenant, , job] = typeof workflowId === 'string' ? workflowId.split('/') : [];
  return job === undefined ? {} : { tenant, job };
}
