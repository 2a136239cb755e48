/**
 * Whether jobs can be started and found, asked of Temporal for real: the namespace and the search attributes are there, and the
 * store behind it answers. A frontend answers simple questions by itself while its database is gone.
 */
import type { Connection } from '@temporalio/client';
import { unreachedText } from '../../config/unreached';
import { SEARCH_ATTRIBUTES } from '../../workflows/contract';
import { grpcCodeOf } from './connection';

/** Deadline of each question, milliseconds. They are asked at one time. */
const ASK_MS = 2_000;
/** gRPC status codes. */
const [INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED, RESOURCE_EXHAUSTED] = [3, 5, 7, 8];
/** What a store that is well may say: yes, that there is no such thing, and that it is asked too often. */
const ANSWERS: ReadonlySet<number | undefined> = new Set([0, NOT_FOUND, RESOURCE_EXHAUSTED]);
/** Temporal's INDEXED_VALUE_TYPE_KEYWORD. */
const KEYWORD = 2;
/** A workflow id that no job has. Temporal has to ask its store to know that. */
const NO_JOB = 'holdfast/readiness';
const NAMES = Object.values(SEARCH_ATTRIBUTES);

/** A namespace of Temporal, and the connection to it. */
export interface Place {
  readonly connection: Connection;
  readonly namespace: string;
  /** host:port, for messages. */
  readonly address: string;
}

/** How it is at one moment. */
export interface Condition {
  /** Why no job can be started or found, in one sentence; undefined: they can. */
  readonly trouble: string | undefined;
  /** How long Temporal keeps jobs that have ended, milliseconds; undefined where it does not say. */
  readonly retentionMs: number | undefined;
}

/**
 * Asks Temporal.
 *
 * @param mends - whether search attributes that are missing are to be created
 */
export async function conditionOf(place: Place, mends: boolean): Promise<Condition> {
  const { connection, namespace, address } = place;
  const { workflowService } = connection;
  const asked = <R>(ask: () => Promise<R>): Promise<R> => connection.withDeadline(Date.now() + ASK_MS, ask);
  const query = NAMES.map((name) => `${name} = ''`).join(' AND ');
  const [frontend, described, stored, listed] = await Promise.allSettled([
    asked(() => workflowService.getSystemInfo({})),
    asked(() => workflowService.describeNamespace({ namespace })),
    asked(() => workflowService.describeWorkflowExecution({ namespace, execution: { workflowId: NO_JOB } })),
    asked(() => workflowService.countWorkflowExecutions({ namespace, query })),
  ]);
  const retention =
    described.status === 'fulfilled' ? described.value.config?.workflowExecutionRetentionTtl?.seconds : undefined;

  async function trouble(): Promise<string | undefined> {
    if (frontend.status === 'rejected') return unreachedText(frontend.reason, address);
    if (codeOf(described) === NOT_FOUND)
      return `Temporal at ${address} has no namespace ${namespace}: create it with temporal operator namespace create -n ${namespace} --retention 7d, or correct TEMPORAL_NAMESPACE.`;
    if (codeOf(stored) === PERMISSION_DENIED && stored.status === 'rejected')
      return unreachedText(stored.reason, address);
    if (!ANSWERS.has(codeOf(stored)))
      return `Temporal at ${address} answers, but its store does not: jobs can neither be started nor read.`;
    if (codeOf(listed) === INVALID_ARGUMENT) return withoutAttributes(place, asked, mends);
    if (!ANSWERS.has(codeOf(listed)))
      return `Temporal at ${address} answers, but its visibility store does not: jobs can neither be counted nor listed.`;
    return undefined;
  }
  return { trouble: await trouble(), retentionMs: retention ? Number(retention) * 1_000 : undefined };
}

/** The gRPC status of an answer, 0 for a good one. */
function codeOf(answer: PromiseSettledResult<unknown>): number | undefined {
  return answer.status === 'fulfilled' ? 0 : grpcCodeOf(answer.reason);
}

/** Creates the search attributes that are missing, if that is wanted and allowed. Says what is to be done, or waited for. */
async function withoutAttributes(
  { connection: { operatorService }, namespace }: Place,
  asked: <R>(ask: () => Promise<R>) => Promise<R>,
  mends: boolean,
): Promise<string> {
  const known = await asked(() => operatorService.listSearchAttributes({ namespace })).then(
    ({ customAttributes }) => Object.keys(customAttributes),
    (): string[] => [],
  );
  const missing = NAMES.filter((name) => !known.includes(name));
  if (missing.length === 0)
    return `The search attributes of namespace ${namespace} were created a moment ago: Temporal takes some seconds to know them.`;
  const lacks = `Namespace ${namespace} lacks the search attributes ${missing.join(', ')}`;
  const command = `temporal operator search-attribute create -n ${namespace} ${missing.map((name) => `--name ${name} --type Keyword`).join(' ')}`;
  if (!mends) return `${lacks}: a gateway creates them if it may, or you do with ${command}`;
  const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]));
  return asked(() => operatorService.addSearchAttributes({ namespace, searchAttributes })).then(
    () => `${lacks}: they were created now, and Temporal takes some seconds to know them.`,
    () =>
      `${lacks}, and this gateway may not create them: do it with ${command} (on Temporal Cloud, in the settings of the namespace)`,
  );
}
