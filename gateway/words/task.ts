/** A job as the two task dialects show it: the extension of 2026-07-28, and the core tasks of 2025-11-25. */
import { ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { CallToolResult } from '@modelcontextprotocol/server';
import { excerpt } from '../../workflows/excerpt';
import { STOPPING, estimateText, stepText, troubleOf } from './handle';
import { inputRequestsOf, takenBy } from './question';
import type { Ability } from './question';
import { beginOf, isClosed, isPutOff } from '../jobs/view';
import type { JobView } from '../jobs/view';

export type TaskStatus = 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled';

/** What both dialects say of a task. */
interface Common {
  readonly taskId: string;
  readonly status: TaskStatus;
  readonly statusMessage?: string;
  readonly createdAt: string;
  readonly lastUpdatedAt: string;
}

/** `CreateTaskResult` of the extension: flat, and `working` whatever else is known already. */
export function createdTask(view: JobView) {
  const { statusMessage, ...common } = commonOf(view, 'working');
  return { resultType: 'task' as const, ...common, ttlMs: view.ttlMs, pollIntervalMs: pollIntervalMs(view) };
}

/**
 * `DetailedTask` of the extension. `result` is the answer of a job that has ended.
 *
 * @param can - which questions the client that polls can take; with others the job just goes on
 */
export function detailedTask(view: JobView, result: CallToolResult | undefined, can: ReadonlySet<Ability>) {
  const error = protocolErrorIn(result);
  const questions = view.status === 'input_required' ? takenBy(can, view.questions) : [];
  const status = taskStatus(view, questions.length > 0, error !== undefined);
  return {
    ...commonOf(view, status),
    ttlMs: view.ttlMs,
    pollIntervalMs: pollIntervalMs(view),
    ...(status === 'input_required' && { inputRequests: inputRequestsOf(questions) }),
    ...(status === 'completed' && { result: { resultType: 'complete' as const, ...result } }),
    ...(status === 'failed' && { error, statusMessage: error?.message }),
  };
}

/** The task of 2025-11-25, where a tool error is a failed task. Parameters as above. */
export function coreTask(view: JobView, result: CallToolResult | undefined, can: ReadonlySet<Ability>) {
  const failed = view.status === 'failed' || result?.isError === true;
  const status = taskStatus(view, takenBy(can, view.questions).length > 0, failed);
  const [said] = result?.content ?? [];
  return {
    ...commonOf(view, status),
    ...(status === 'failed' && said?.type === 'text' && { statusMessage: excerpt(said.text, 300) }),
    ttl: view.ttlMs,
    pollInterval: pollIntervalMs(view),
  };
}

function commonOf(view: JobView, status: TaskStatus): Common {
  const message = statusMessage(view);
  return {
    taskId: view.ref.id,
    status,
    ...(message !== '' && { statusMessage: message }),
    createdAt: view.startedAt.toISOString(),
    lastUpdatedAt: updatedAt(view).toISOString(),
  };
}

/** Nothing here goes back: what a job has come to, it has come to. */
function updatedAt({ startedAt, closedAt, cancelledAt, progress, questions }: JobView): Date {
  const asked = questions.map(({ at }) => at);
  const times = [progress?.at, ...asked].flatMap((at) => (at === undefined ? [] : [new Date(at)]));
  const latest = Math.max(...[startedAt, cancelledAt, ...times].map((time) => time?.getTime() ?? 0));
  return closedAt ?? new Date(latest);
}

function taskStatus({ status, cancelling }: JobView, mayAsk: boolean, failed: boolean): TaskStatus {
  switch (status) {
    case 'running':
      return 'working';
    case 'input_required':
      return mayAsk && !cancelling ? 'input_required' : 'working';
    case 'cancelled':
      return 'cancelled';
    case 'done':
    case 'failed':
      return failed ? 'failed' : 'completed';
    default:
      return status satisfies never;
  }
}

function statusMessage(view: JobView): string {
  if (isClosed(view)) return '';
  if (view.cancelling) return STOPPING;
  if (isPutOff(view)) return `begins at ${beginOf(view).toISOString()}`;
  const asking = view.status === 'input_required' ? 'waits for an answer from a person' : '';
  return [stepText(view), estimateText(view), asking, troubleOf(view) ?? ''].filter((part) => part !== '').join('; ');
}

/** A job that a bug ended has no result: that is the protocol's affair. Every other failure is a result with `isError`. */
function protocolErrorIn(result: CallToolResult | undefined) {
  const state = result?.structuredContent as
    { readonly error?: { readonly kind?: unknown; readonly message?: unknown } } | undefined;
  if (result?.isError !== true || state?.error?.kind !== 'broken') return undefined;
  return { code: ProtocolErrorCode.InternalError, message: String(state.error.message), data: state };
}

const POLL: readonly (readonly [ageMs: number, intervalMs: number])[] = [
  [10_000, 1_000],
  [120_000, 5_000],
  [900_000, 15_000],
];
const POLL_ASKING_MS = 5_000;
const POLL_MAX_MS = 30_000;
const POLL_PUT_OFF_MAX_MS = 300_000;

/** When to ask again: later, the older the job; of one that is put off, when it begins. */
function pollIntervalMs(view: JobView): number {
  if (view.status === 'input_required') return POLL_ASKING_MS;
  const age = Date.now() - beginOf(view).getTime();
  if (isPutOff(view)) return Math.max(1_000, Math.min(-age, POLL_PUT_OFF_MAX_MS));
  return POLL.find(([limit]) => age < limit)?.[1] ?? POLL_MAX_MS;
}
