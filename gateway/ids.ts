/**
 * Job ids and workflow ids. A workflow id holds its owner, so a job id of someone else names a workflow that does not
 * exist: isolation by construction, and "unknown" and "not yours" are the same answer.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { canonical } from '../workflows/canonical';
import type { Caller, JobId } from '../workflows/contract';

/** Callers whose tag is remembered. */
const TAGS_MAX = 10_000;
const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';

/** A job as Temporal addresses it. */
export interface JobRef {
  readonly id: JobId;
  readonly workflowId: string;
  /** Its workflow id if it began under the previous secret, which only Temporal knows. Absent: it did not, or there is none. */
  readonly formerly?: string;
}

/** The ids of a deployment. */
export interface Ids {
  /** Names a subject without telling who it is: 10 characters. */
  subjectTag(caller: Caller): string;
  /** All names that a subject may be known by: the one above, and the one under the previous secret. */
  tagsOf(caller: Caller): readonly string[];
  /** The job that `id` names for this caller, whether it exists or not. */
  refOf(caller: Caller, id: JobId): JobRef;
  /**
   * A new job's id: derived from the idempotency key where there is one, else random; 80 bits either way.
   *
   * @param again - how many jobs of the key have failed before, without effect
   */
  newRef(caller: Caller, tool: string, key: string | undefined, again?: number): JobRef;
  /** The ids that were given out before the secret was changed; undefined when they are no longer wanted. */
  readonly previous: Ids | undefined;
}

/**
 * Every gateway of a deployment needs the same secrets.
 *
 * @param previousSecret - the secret before this one: what was named by it is still found
 */
export function createIds(secret: string, previousSecret?: string): Ids {
  const previous = previousSecret === undefined ? undefined : createIds(previousSecret);
  const mac = (...parts: readonly string[]): Buffer =>
    createHmac('sha256', secret).update(JSON.stringify(parts)).digest();

  const tags = new LRUCache<string, string, Caller>({
    max: TAGS_MAX,
    memoMethod: (_name, _old, { context: { tenant, subject } }) => crockford(mac('subject', tenant, subject), 10),
  });
  const subjectTag = (caller: Caller): string =>
    tags.memo(JSON.stringify([caller.tenant, caller.subject]), { context: caller });

  const refOf = (caller: Caller, id: JobId): JobRef => ({
    id,
    workflowId: `${caller.tenant}/${subjectTag(caller)}/${id}`,
    ...(previous && { formerly: previous.refOf(caller, id).workflowId }),
  });

  return {
    previous,
    subjectTag,
    tagsOf: (caller) => [subjectTag(caller), ...(previous ? previous.tagsOf(caller) : [])],
    refOf,
    newRef(caller, tool, key, again = 0) {
      const named = (name: string): Buffer =>
        mac('job', caller.tenant, caller.subject, tool, name, ...(again > 0 ? [String(again)] : []));
      const bits = key === undefined ? randomBytes(10) : named(key);
      return refOf(caller, `job_${crockford(bits, 16)}`);
    },
  };
}

/** The form of a job id. The jobs of a schedule share one, and have the time of their start behind it. */
export const JOB_ID = /^job_[0-9a-hjkmnp-tv-z]{16}(-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)?$/;

/** Whether `text` has the form of a job id. */
export function isJobId(text: string): text is JobId {
  return JOB_ID.test(text);
}

/** `sched_` and the 16 characters that the ids of its jobs have after `job_`. */
export type ScheduleId = `sched_${string}`;
export const SCHEDULE_ID = /^sched_[0-9a-hjkmnp-tv-z]{16}$/;

/** Whether `text` has the form of a schedule id. */
export function isScheduleId(text: string): text is ScheduleId {
  return SCHEDULE_ID.test(text);
}

/** SHA-256 of the canonical JSON of `value`: the order of keys does not count. */
export function argsHash(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex');
}

function crockford(bytes: Buffer, length: number): string {
  let bits = BigInt(`0x${bytes.subarray(0, Math.ceil((length * 5) / 8)).toString('hex')}`);
  let text = '';
  for (; text.length < length; bits >>= 5n) text = (CROCKFORD[Number(bits & 31n)] ?? '') + text;
  return text;
}
