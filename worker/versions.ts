/**
 * Versions of the workflow code, for workers that pin jobs: each job runs to its end on the version that began it, and new jobs go to
 * the newest version that has a worker. A version is named after the content of its bundle. Bundles are kept in a folder, so that a
 * worker of a newer version can finish the jobs of older ones.
 */
import { createHash, randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { temporal } from '@temporalio/proto';
import { isGrpcServiceError } from '@temporalio/client';
import type { WorkflowService } from '@temporalio/client';
import { optionalTsToDate } from '@temporalio/common/lib/time';
import { BadSetting } from '../config/file';
import { DEPLOYMENT, TASK_QUEUE } from '../workflows/contract';

const { VersionDrainageStatus, TaskQueueType } = temporal.api.enums.v1;
const NOT_FOUND = 5;
/** DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED and UNAVAILABLE. */
const TRANSIENT = new Set([4, 8, 14]);
const BUILD_ID_LENGTH = 16;
const KEPT = new RegExp(`^[0-9a-f]{${BUILD_ID_LENGTH}}\\.js$`);
const UNFINISHED = new RegExp(`^[0-9a-f]{${BUILD_ID_LENGTH}}\\..+\\.part$`);
/** Nobody writes to a bundle for so long, even by another clock: who began it was killed. */
const LEFT_MS = 3_600_000;
/** How long Temporal may take to notice the first poll of a new version. */
const KNOWN_WITHIN_MS = 10_000;
const ASK_AGAIN_MS = 100;
/** A poller that was not heard of for this long is gone: one poll takes a minute. */
const GONE_MS = 90_000;

/** One version of the workflow code. */
export interface Version {
  readonly buildId: string;
  /** Path of its bundle. */
  readonly bundle: string;
}

/** Temporal, as far as versions need it. */
export interface Deployments {
  readonly service: WorkflowService;
  readonly namespace: string;
}

/**
 * Puts a bundle into the folder, if it is not there yet.
 *
 * @param dir - the folder; workers of a fleet may share it
 * @throws BadSetting when nothing can be written there
 */
export function keepBundle(dir: string, bundle: string): Version {
  const buildId = buildIdOf(bundle);
  const version = { buildId, bundle: join(dir, `${buildId}.js`) };
  // Another worker may read the folder at this moment: a bundle is there as a whole, or not at all. Nor may two write to one file,
  // and workers in containers have equal process ids.
  const unfinished = join(dir, `${buildId}.${randomUUID()}.part`);
  try {
    mkdirSync(dir, { recursive: true });
    removeUnfinished(dir);
    if (isWhole(version)) return version; // a worker that is started again needs no room on the disk
    copyFileSync(bundle, unfinished);
    renameSync(unfinished, version.bundle);
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new BadSetting(
      `HOLDFAST_CODE_DIR names ${dir}, where the code of jobs cannot be kept (${code}). Name a folder that workers may write to, or unset it: jobs are then not pinned to their code.`,
    );
  }
  return version;
}

/** Removes what workers have left that were killed while they wrote. */
function removeUnfinished(dir: string): void {
  for (const name of readdirSync(dir).filter((name) => UNFINISHED.test(name))) {
    const path = join(dir, name);
    const { mtimeMs = Infinity } = statSync(path, { throwIfNoEntry: false }) ?? {}; // another worker may have removed it
    if (Date.now() - mtimeMs > LEFT_MS) rmSync(path, { force: true });
  }
}

/** @throws Error when the bundle of a version is not what it was: jobs must not go on with half of their code */
export function assertWhole(version: Version): void {
  if (!isWhole(version)) throw new Error(`${version.bundle} is damaged: its content is not what its name says.`);
}

const isWhole = ({ buildId, bundle }: Version): boolean => existsSync(bundle) && buildIdOf(bundle) === buildId;

const buildIdOf = (bundle: string): string =>
  createHash('sha256').update(readFileSync(bundle)).digest('hex').slice(0, BUILD_ID_LENGTH);

/** The versions before `present` that have jobs, the newest first. Bundles of those that have none any more are removed. */
export async function earlierVersions(
  dir: string,
  present: Version,
  { service, namespace }: Deployments,
): Promise<Version[]> {
  const kept = readdirSync(dir)
    .filter((name) => KEPT.test(name)) // whatever else lies there is not ours
    .map((name) => ({ buildId: basename(name, '.js'), bundle: join(dir, name) }))
    .filter(({ buildId }) => buildId !== present.buildId);
  const states = await Promise.all(
    kept.map(async (version) => {
      const { buildId } = version;
      const known = await service
        .describeWorkerDeploymentVersion({ namespace, deploymentVersion: { deploymentName: DEPLOYMENT, buildId } })
        .catch(unlessNotFound);
      return { version, info: known?.workerDeploymentVersionInfo };
    }),
  );
  for (const { version, info } of states) if (isDrained(info)) rmSync(version.bundle, { force: true });
  const createdAt = (info: VersionInfo): number => optionalTsToDate(info.createTime)?.getTime() ?? 0;
  return states
    .flatMap(({ version, info }) => (info && !isDrained(info) ? [{ version, at: createdAt(info) }] : []))
    .sort((one, other) => other.at - one.at)
    .map(({ version }) => version);
}

type VersionInfo = temporal.api.deployment.v1.IWorkerDeploymentVersionInfo;

function isDrained(info: VersionInfo | null | undefined): boolean {
  return info?.drainageInfo?.status === VersionDrainageStatus.VERSION_DRAINAGE_STATUS_DRAINED;
}

/**
 * Sends new jobs to the version of a worker that has just begun to poll: starting it is what deploys it.
 *
 * @throws ServiceError when Temporal does not know the version within 10 s, or has no versions of workers
 */
export async function promote(buildId: string, { service, namespace }: Deployments): Promise<void> {
  for (const deadline = Date.now() + KNOWN_WITHIN_MS; ; await pause(ASK_AGAIN_MS)) {
    try {
      await service.setWorkerDeploymentCurrentVersion({
        namespace,
        deploymentName: DEPLOYMENT,
        buildId,
        ignoreMissingTaskQueues: true,
      });
      return;
    } catch (error) {
      // The worker may have steps already: an outage must not end it. promoteIfNewest tries again.
      if (isGrpcServiceError(error) && TRANSIENT.has(error.code)) return;
      if (Date.now() > deadline) throw error;
      unlessNotFound(error);
    }
  }
}

/**
 * Sends new jobs to a version that runs if they go to an older one, which a worker that was restarted has promoted, or to one that
 * no worker runs any more.
 */
export async function promoteIfNewest(buildId: string, { service, namespace }: Deployments): Promise<void> {
  const { workerDeploymentInfo } = await service.describeWorkerDeployment({ namespace, deploymentName: DEPLOYMENT });
  const current = workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId ?? '';
  if (current === buildId) return;
  const createdAt = (id: string): number =>
    optionalTsToDate(
      workerDeploymentInfo?.versionSummaries?.find(({ deploymentVersion }) => deploymentVersion?.buildId === id)
        ?.createTime,
    )?.getTime() ?? 0;
  if (createdAt(current) < createdAt(buildId) || !(await hasPoller(current, { service, namespace })))
    await promote(buildId, { service, namespace });
}

async function hasPoller(buildId: string, { service, namespace }: Deployments): Promise<boolean> {
  const { pollers } = await service.describeTaskQueue({
    namespace,
    taskQueue: { name: TASK_QUEUE },
    taskQueueType: TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  });
  return pollers.some(
    ({ deploymentOptions, lastAccessTime }) =>
      deploymentOptions?.buildId === buildId &&
      Date.now() - (optionalTsToDate(lastAccessTime)?.getTime() ?? 0) < GONE_MS,
  );
}

function unlessNotFound(error: unknown): undefined {
  if (!isGrpcServiceError(error) || error.code !== NOT_FOUND) throw error;
}
