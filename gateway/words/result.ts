/** What a client is told about a job that has ended. */
import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/server';
import { isRetryable } from '../../workflows/contract';
import { metaOf, stepText, written } from './handle';
import type { NextCall } from './handle';
import type { JobRef } from '../ids';
import { json } from '../json';
import type { Outcome } from '../jobs/outcome';
import { withMediaLinked } from './media';
import { clipped, dataFits, fits, fitting, pageOf, resultLink, texts } from './page';

/** Where the output is that an answer leaves out. */
const TO_READ = 'job_result with format "json" reads it in pages.';

/** How a tool presents the end of its job. */
export interface Presentation {
  /** The output as the model sees it. */
  readonly content: (output: unknown) => readonly ContentBlock[];
  /** The output as data, where it fits the tool's output schema. */
  readonly structured: (output: unknown) => Record<string, unknown> | undefined;
  /** Whether the tool can go on with what a job left. */
  readonly continues: boolean;
}

type Ended<K extends Outcome['kind']> = Extract<Outcome, { kind: K }>;

/**
 * The answer about a job that has ended.
 *
 * @param audit - the Web UI's address of the job
 * @param found - the last partial result of a job that failed or was cancelled
 */
export function resultOf(
  ref: JobRef,
  outcome: Outcome,
  presentation: Presentation,
  audit: string | undefined,
  found?: unknown,
): CallToolResult {
  return { ...answerTo(ref, outcome, presentation, found), ...metaOf(ref.id, audit) };
}

function answerTo(ref: JobRef, outcome: Outcome, presentation: Presentation, found: unknown): CallToolResult {
  switch (outcome.kind) {
    case 'done':
      return done(ref, outcome, presentation);
    case 'partial':
      return stopped(ref, outcome, presentation);
    case 'failed':
      return failed(ref, outcome, presentation, found);
    case 'cancelled':
      return cancelled(ref, presentation, found);
  }
}

function done(ref: JobRef, { value }: Ended<'done'>, { content: contentOf, structured }: Presentation): CallToolResult {
  const content = contentOf(value);
  const wordsFit = texts(content).every(fits);
  const data = structured(value);
  const outputFits = dataFits({ output: value, data });
  const output = outputFits ? { result: value } : { note: `The output is too long for one answer. ${TO_READ}` };
  const named = { job_id: ref.id, status: 'done', ...output, ...(!wordsFit && { next: pageOf(ref) }) };
  return {
    content: [
      ...withMediaLinked(content, ref).map((block) => clippedBlock(block, ref)),
      ...(wordsFit && outputFits ? [] : [resultLink(ref)]),
    ],
    structuredContent: (outputFits ? data : undefined) ?? named,
  };
}

/** A job whose working time ended before it was done. */
function stopped(ref: JobRef, { value, progress }: Ended<'partial'>, presentation: Presentation): CallToolResult {
  const where = progress?.message ? ` in ${stepText({ progress, within: undefined })}` : '';
  const left = leftBy(ref, value, presentation);
  const hint = left.hint ?? 'To get the rest, ask for less in one call.';
  const first = `PARTIAL result of job ${ref.id}: its working time ended${where}, before it was done. ${hint}`;
  return {
    content: [{ type: 'text', text: clipped(`${first}\n${json(value)}`, ref) }],
    structuredContent: {
      job_id: ref.id,
      status: 'partial',
      complete: false,
      reason: 'budget',
      hint,
      ...(progress && { stopped_at: progress }),
      ...left.data,
    },
  };
}

function failed(
  ref: JobRef,
  { failure, sentence, detail }: Ended<'failed'>,
  presentation: Presentation,
  found: unknown,
): CallToolResult {
  // What may have happened must not be tried again blindly, however transient the cause.
  const retryable = isRetryable(failure) && (detail.sideEffect === 'none' || (detail.of ?? 1) > 1);
  const laterS = detail.retryAfterMs === undefined ? undefined : Math.ceil(detail.retryAfterMs / 1000);
  const when = laterS === undefined ? 'later' : `in ${laterS} s`;
  const advice = retryable ? `The same call may succeed ${when}.` : 'Do not repeat the call unchanged.';
  const error = {
    kind: failure,
    message: sentence,
    retryable,
    ...(laterS !== undefined && { retry_after_s: laterS }),
    side_effect: detail.sideEffect,
    attempt: detail.attempt,
    of: detail.of,
  };
  const left = leftBy(ref, found, presentation);
  return {
    isError: true,
    content: [
      { type: 'text', text: clipped(`Job ${ref.id} failed (${failure}): ${sentence} ${advice}${left.text}`, ref) },
    ],
    structuredContent: { job_id: ref.id, status: 'failed', error, ...left.data },
  };
}

function cancelled(ref: JobRef, presentation: Presentation, found: unknown): CallToolResult {
  const left = leftBy(ref, found, presentation);
  return {
    isError: true,
    content: [{ type: 'text', text: clipped(`Job ${ref.id} was cancelled.${left.text}`, ref) }],
    structuredContent: { job_id: ref.id, status: 'cancelled', complete: false, ...left.data },
  };
}

/** What a job leaves behind that was stopped, in words and as data, and the call that goes on from there. */
function leftBy(ref: JobRef, found: unknown, { continues }: Presentation) {
  if (found === undefined) return { text: '', data: {} };
  const next: NextCall | undefined = continues ? { tool: 'job_continue', args: { job_id: ref.id } } : undefined;
  const hint = next && `To go on from there, with nothing done twice: ${written(next)}`;
  const text = `${hint === undefined ? '' : ` ${hint}`} What it had found by then (PARTIAL):\n${json(found)}`;
  return { hint, text, data: { ...fitting('partial', found, ref), ...(next && { next }) } };
}

function clippedBlock(block: ContentBlock, ref: JobRef): ContentBlock {
  return block.type === 'text' ? { ...block, text: clipped(block.text, ref) } : block;
}
