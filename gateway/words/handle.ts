/**
 * Handles in words: what a client that knows no tasks is told about a job that has not ended. The text stands alone, since
 * some clients drop `structuredContent` and others drop `content`.
 */
import type { CallToolResult } from '@modelcontextprotocol/server';
import type { Retrying } from '../jobs/pending';
import { beginOf, expiryOf, isClosed, isPutOff } from '../jobs/view';
import type { JobView } from '../jobs/view';

/** The next call to make, exactly as it is to be made. */
export interface NextCall {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Tells of a job that has not ended. `unchanged` shortens what was said before. */
export function handleOf(view: JobView, audit: string | undefined, unchanged = false): CallToolResult {
  const next = nextCallOf(view);
  const text = textOf(view, next, unchanged);
  return { content: [{ type: 'text', text }], structuredContent: dataOf(view, next), ...metaOf(view.ref.id, audit) };
}

/** The state of a job as data. */
export function dataOf(view: JobView, next: NextCall | undefined): Record<string, unknown> {
  const trouble = troubleOf(view);
  return {
    job_id: view.ref.id,
    status: view.status,
    tool: view.tool,
    elapsed_s: elapsedSeconds(view),
    ...(view.cancelling && !isClosed(view) && { cancelling: true }),
    ...(view.progress && { progress: { ...view.progress, ...(view.within && { within: view.within }) } }),
    ...(trouble !== undefined && { trouble }),
    ...(view.retrying && { retrying: view.retrying }),
    ...view.estimate,
    ...(isPutOff(view) && { begins_at: beginOf(view).toISOString() }),
    expires_at: expiryOf(view).toISOString(),
    ...(view.status === 'input_required' && { questions: view.questions }),
    ...(next && { next }),
  };
}

/** What is said of a job that was cancelled and has not ended. */
export const STOPPING = 'has been told to stop: it ends by itself, or is ended soon';

/** Whether it is a person's turn. A job that was told to stop hears no answer. */
function asks({ status, cancelling }: JobView): boolean {
  return status === 'input_required' && !cancelling;
}

/** One line about a job that has not ended: what runs, since when, and where it is. */
export function statusLine(view: JobView): string {
  if (asks(view))
    return `Job ${view.ref.id} (${view.tool}) waits for an answer from a person. Call ${written(nextCallOf({ ...view, status: 'running' }))} to see the question.`;
  if (isPutOff(view) && !view.cancelling)
    return `Job ${view.ref.id} (${view.tool}) is put off: it begins at ${beginOf(view).toISOString()}.`;
  const trouble = troubleOf(view);
  const how = view.cancelling ? STOPPING : trouble === undefined ? 'is RUNNING normally' : 'is RUNNING';
  const note = trouble === undefined ? '' : ` Note: ${trouble}.`;
  const where = [`${duration(elapsedSeconds(view))} elapsed`, stepText(view), estimateText(view)].filter(Boolean);
  return `Job ${view.ref.id} (${view.tool}) ${how} — ${where.join(', ')}.${note}`;
}

/** What a job waits for that should not take long, in words; undefined when all is well. */
export function troubleOf({ trouble, unclaimed, retrying }: JobView): string | undefined {
  return trouble ?? unclaimed?.state ?? (retrying && retryText(retrying));
}

/** A step that is tried again, in words. */
function retryText({ step, attempt, of, next_attempt_at: next, last_error: last }: Retrying): string {
  const wait = next === undefined ? 0 : Math.ceil((Date.parse(next) - Date.now()) / 1000);
  return [
    `step ${step} is in attempt ${attempt}${of === undefined ? '' : ` of ${of}`}`,
    ...(wait > 0 ? [`which starts in ${wait} s`] : []),
    ...(last === undefined ? [] : [`the last one failed: ${last.replace(/\.$/, '')}`]),
  ].join(', ');
}

/** How much longer it takes, from earlier jobs: "about 6 min left". */
export function estimateText({ estimate }: Pick<JobView, 'estimate'>): string {
  if (!estimate) return '';
  const { eta_s: half, eta_p90_s: most } = estimate;
  if (half > 0) return `about ${duration(half)} left`;
  return most > 0
    ? `longer than usual, at most ${duration(most)} more in nine of ten cases`
    : 'longer than nearly all before it';
}

/** Where a running job is, for a progress bar: "step 2 of 5: Taking inventory". */
export function stepText({ progress, within }: Pick<JobView, 'progress' | 'within'>): string {
  if (!progress || progress.message === '') return '';
  const total = progress.total === undefined ? '' : ` of ${progress.total}`;
  const share =
    within?.done !== undefined && within.total !== undefined
      ? `${within.done}/${within.total}`
      : within?.done?.toString();
  const finer = [within?.message, share].filter((part) => part !== undefined).join(' ');
  const step = Math.min(progress.done + 1, progress.total ?? Infinity);
  return `step ${step}${total}: ${progress.message}${finer === '' ? '' : ` (${finer})`}`;
}

/** `_meta` of every answer about a job: its id, and where an operator can read all that happened. */
export function metaOf(jobId: string, audit: string | undefined): { readonly _meta: Record<string, unknown> } {
  return { _meta: { 'io.holdfast/job': jobId, ...(audit !== undefined && { 'io.holdfast/audit': audit }) } };
}

/** A call written out as a model is to write it. */
export function written({ tool, args }: NextCall): string {
  return `${tool}(${JSON.stringify(args)})`;
}

/** Seconds in words: `45 s`, `6 min`, `2 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function elapsedSeconds(view: JobView): number {
  const end = view.closedAt?.getTime() ?? Date.now();
  return Math.max(0, Math.round((end - beginOf(view).getTime()) / 1000));
}

/** What to call while the job goes on. */
export function nextCallOf(view: JobView): NextCall {
  if (isPutOff(view) && !view.cancelling) return cancelCallOf(view);
  const { ref, tool, questions, ownHandles } = view;
  const [question] = questions;
  if (asks(view) && question)
    return { tool: 'job_respond', args: { job_id: ref.id, question: question.key, action: 'accept', content: {} } };
  return ownHandles
    ? { tool: `wait_${tool}`, args: { job_id: ref.id } }
    : { tool: 'job_wait', args: { job_ids: [ref.id] } };
}

function textOf(view: JobView, next: NextCall, unchanged: boolean): string {
  if (asks(view)) return questionText(view, next);
  if (!isPutOff(view) || view.cancelling) return runningText(view, next, unchanged);
  return `${statusLine(view)} There is nothing to wait for until then. To call it off: ${written(next)}`;
}

function cancelCallOf({ ref, tool, ownHandles }: JobView): NextCall {
  return { tool: ownHandles ? `cancel_${tool}` : 'job_cancel', args: { job_id: ref.id } };
}

function runningText(view: JobView, next: NextCall, unchanged: boolean): string {
  const again = ` No change. Call ${written(next)} again.`;
  if (unchanged) return `${cutAt(statusLine(view), 300 - again.length)}${again}`;
  return `${statusLine(view)}\nDo not call ${nameOf(view)} again. Next: ${written(next)} — it blocks until there is news.`;
}

/** At most `length` characters, whole words. */
function cutAt(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, text.lastIndexOf(' ', length - 1))}…`;
}

/** What the model called. */
function nameOf({ tool, ownHandles }: JobView): string {
  return ownHandles ? `start_${tool}` : tool;
}

function questionText(view: JobView, next: NextCall): string {
  const { ref, tool, questions } = view;
  const asked = questions.map(
    ({ key, message, schema, expiresAt }) =>
      `Question ${key} (open until ${expiresAt}): ${message}\nThe answer's content must fit this JSON Schema: ${JSON.stringify(schema)}`,
  );
  return [
    `Job ${ref.id} (${tool}) waits for an answer from a person. Ask the user; do not decide for them.`,
    ...asked,
    `Do not call ${nameOf(view)} again. Next, with the user's answer as content: ${written(next)} — or with action "decline".`,
  ].join('\n');
}
