/** The workers of a deployment: each says every 5 s that it runs, by a thread of its own that stands still only with the process. */
import { temporal } from '@temporalio/proto';
import { optionalTsToDate } from '@temporalio/common/lib/time';
import { grpcCodeOf } from '../../gateway/jobs/connection';
import type { Store } from '../../gateway/jobs/connection';
import { DEPLOYMENT, TASK_QUEUE } from '../../workflows/contract';
import { spanText } from './finding';
import type { Finding } from './finding';

/** One that says nothing for this long is frozen, or was killed, milliseconds. */
const SILENT_MS = 25_000;
/** One that was silent for longer has been replaced, or nobody misses it, while others run. */
const FORGOTTEN_MS = 10 * 60_000;
const PAGE = 1_000;
/** gRPC UNIMPLEMENTED. */
const UNIMPLEMENTED = 12;
const { WORKER_STATUS_SHUTTING_DOWN, WORKER_STATUS_SHUTDOWN } = temporal.api.enums.v1.WorkerStatus;

/** One process. */
interface Fellow {
  readonly identity: string;
  /** How long ago it was heard of, milliseconds. */
  readonly ageMs: number;
  /** Versions of the workflow code that it runs. */
  readonly builds: readonly string[];
  /** Whether it takes no more work, and ends when its steps have ended. */
  readonly leaves: boolean;
}

export async function workersOf(store: Store): Promise<Finding[]> {
  const [heard, current] = await Promise.all([heartbeats(store), currentBuild(store)]);
  const all = heard?.some(({ leaves }) => !leaves) ? heard : await withPollers(store, heard ?? []);
  // Temporal keeps the last word of each for a while. One that said that it leaves, and says nothing since, has ended.
  const fellows = all.filter(({ leaves, ageMs }) => !leaves || ageMs < SILENT_MS);
  const leaving = fellows.filter(({ leaves }) => leaves);
  const running = fellows.filter(({ leaves, ageMs }) => !leaves && ageMs < SILENT_MS);
  const silent = fellows.filter(({ ageMs }) => ageMs >= SILENT_MS && (running.length === 0 || ageMs < FORGOTTEN_MS));
  const version = ({ builds }: Fellow): string => (builds.length === 0 ? '' : `, code ${builds.join(' and ')}`);
  const told = (fellow: Fellow): string =>
    `Worker ${fellow.identity}${version(fellow)}: last heard of ${spanText(fellow.ageMs)} ago`;
  return [
    ...(running.length + silent.length > 0 ? [] : [NONE]),
    ...(current === undefined || fellows.length === 0
      ? []
      : [{ is: 'well' as const, what: `New jobs begin with the code ${current}` }]),
    ...running.map((fellow): Finding => ({ is: 'well', what: told(fellow) })),
    ...leaving.map((fellow): Finding => ({
      is: 'well',
      what: `${told(fellow)}; it takes no more work, and ends when its steps have`,
    })),
    ...silent.map((fellow): Finding => ({
      // A poll lasts a minute: where that is all that is known, a worker may be well and silent.
      is: running.length > 0 || heard === undefined ? 'doubt' : 'ill',
      what: told(fellow),
      advice: 'It is frozen, cut off, or was killed. Look at its process and its log.',
    })),
  ];
}

const NONE: Finding = {
  is: 'ill',
  what: `No worker polls the queue ${TASK_QUEUE}: jobs wait`,
  advice: 'Start one.',
};

/** The workers that leave, and others that poll. Temporal counts the polls of a worker for some minutes after it has left. */
async function withPollers(store: Store, leaving: readonly Fellow[]): Promise<Fellow[]> {
  const names = new Set(leaving.map(({ identity }) => identity));
  return [...leaving, ...(await pollers(store)).filter(({ identity }) => !names.has(identity))];
}

/** By what workers say of themselves; undefined where Temporal keeps no such thing, or they say nothing. */
async function heartbeats({ ask, connection, namespace }: Store): Promise<Fellow[] | undefined> {
  const listed = await ask(() => connection.workflowService.listWorkers({ namespace, pageSize: PAGE })).catch(
    (error: unknown) => {
      if (grpcCodeOf(error) === UNIMPLEMENTED) return undefined;
      throw error;
    },
  );
  const beats = (listed?.workersInfo ?? []).flatMap(({ workerHeartbeat: beat }) =>
    beat && isOurs(beat.taskQueue) && beat.status !== WORKER_STATUS_SHUTDOWN ? [beat] : [],
  );
  if (beats.length === 0) return undefined;
  return oneEach(
    beats.map(({ workerIdentity, heartbeatTime, deploymentVersion, status }) => ({
      identity: workerIdentity ?? '',
      ageMs: ageOf(heartbeatTime),
      builds: buildsIn(deploymentVersion),
      leaves: status === WORKER_STATUS_SHUTTING_DOWN,
    })),
  );
}

/** By the polls that Temporal has seen of late. */
async function pollers({ ask, connection, namespace }: Store): Promise<Fellow[]> {
  const { TASK_QUEUE_TYPE_WORKFLOW, TASK_QUEUE_TYPE_ACTIVITY } = temporal.api.enums.v1.TaskQueueType;
  const polled = await Promise.all(
    [TASK_QUEUE_TYPE_WORKFLOW, TASK_QUEUE_TYPE_ACTIVITY].map((taskQueueType) =>
      ask(() =>
        connection.workflowService.describeTaskQueue({ namespace, taskQueue: { name: TASK_QUEUE }, taskQueueType }),
      ),
    ),
  );
  return oneEach(
    polled
      .flatMap(({ pollers: seen }) => seen)
      .map(({ identity, lastAccessTime, deploymentOptions }) => ({
        identity: identity ?? '',
        ageMs: ageOf(lastAccessTime),
        builds: buildsIn(deploymentOptions),
        leaves: false,
      })),
  );
}

/** The version of the workflow code that new jobs begin with; undefined where workers pin no jobs. */
async function currentBuild({ ask, connection, namespace }: Store): Promise<string | undefined> {
  const known = await ask(() =>
    connection.workflowService.describeWorkerDeployment({ namespace, deploymentName: DEPLOYMENT }),
  ).catch(() => undefined);
  return known?.workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId ?? undefined;
}

/** One process polls several queues, and is told of several times. */
function oneEach(told: readonly Fellow[]): Fellow[] {
  const fellows = new Map<string, Fellow>();
  for (const { identity, ageMs, builds, leaves } of told) {
    const known = fellows.get(identity);
    fellows.set(identity, {
      identity,
      ageMs: Math.min(ageMs, known?.ageMs ?? Infinity),
      builds: [...new Set([...(known?.builds ?? []), ...builds])],
      leaves: leaves || known?.leaves === true, // its workers end together
    });
  }
  return [...fellows.values()].sort((a, b) => a.ageMs - b.ageMs);
}

/** A worker that belongs to no deployment has a build id all the same, made of its SDK's version. */
const buildsIn = (version: { deploymentName?: string | null; buildId?: string | null } | null | undefined): string[] =>
  version?.deploymentName && version.buildId ? [version.buildId] : [];

const isOurs = (queue: string | null | undefined): boolean =>
  queue === TASK_QUEUE || queue?.startsWith(`${TASK_QUEUE}.`) === true;

const ageOf = (time: Parameters<typeof optionalTsToDate>[0]): number =>
  Math.max(0, Date.now() - (optionalTsToDate(time)?.getTime() ?? 0));
