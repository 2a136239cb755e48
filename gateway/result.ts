/** What a client is told about a job that has ended. */
import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/server';
import { isRetryable } from '../workflows/contract';
import { metaOf, stepText, written } from './handle';
import type { NextCall } from './handle';
import type { JobRef } from './ids';
import type { Outcome } from './jobs/outcome';
import { clipped, fits, fitting, json, pageOf, resultLink, texts } from './page';

/** Where the output is that an answer leaves out. */
const TO_READ = 'job_result with format "json" reads it in pages.';

/** How a tool shows its output. */
export type Content = (output: unknown) => readonly ContentBlock[];

/** How the end of a tool's job is shown. */
export interface Shows {
  readonly content: Content;
  /** The output as data, where it fits the tool's output schema. */
  readonly structured: (output: unknown) => Record<string, unknown> | undefined;
  /** Whether the tool can go on with what a job left. */
  readonly continues: boolean;
}

type Ended<K extends Outcome['kind']> = Extract<Outcome, { kind: K }>;

/** Makes the answer about a job that has ended. `partial` is what a cancelled job had in hand. */
export function resultOf(
  ref: JobRef,
  outcome: Outcome,
  shows: Shows,
  audit: string | undefined,
  partial?: unknown,
): CallToolResult {
  return { ...answerTo(ref, outcome, shows, partial), ...metaOf(ref.id, audit) };
}

function answerTo(ref: JobRef, outcome: Outcome, shows: Shows, partial: unknown): CallToolResult {
  switch (outcome.kind) {
    case 'done':
      return done(ref, outcome, shows);
    case 'partial':
      return stopped(ref, outcome, shows);
    case 'failed':
      return failed(ref, outcome);
    case 'cancelled':
      return cancelled(ref, partial, shows);
  }
}

function done(ref: JobRef, { value }: Ended<'done'>, { content: contentOf, structured }: Shows): CallToolResult {
  const content = contentOf(value);
  const said = texts(content).every(fits);
  const shown = fits(JSON.stringify(value ?? null));
  const output = shown ? { result: value } : { note: `The output is too long for one answer. ${TO_READ}` };
  const named = { job_id: ref.id, status: 'done', ...output, ...(!said && { next: pageOf(ref) }) };
  return {
    content: [...content.map((block) => clippedBlock(block, ref)), ...(said && shown ? [] : [resultLink(ref)])],
    structuredContent: (shown ? structured(value) : undefined) ?? named,
  };
}

/** At the end of its working time. */
function stopped(ref: JobRef, { value, reason, progress }: Ended<'partial'>, { continues }: Shows): CallToolResult {
  const where = progress ? ` in ${stepText({ progress, within: undefined })}` : '';
  const next = continues ? continuing(ref) : undefined;
  const hint = next ? hintAt(next) : 'To get the rest, ask for less in one call.';
  const first = `PARTIAL result of job ${ref.id}: its working time ended${where}, before it was done. ${hint}`;
  return {
    content: [{ type: 'text', text: clipped(`${first}\n${json(value)}`, ref) }],
    structuredContent: {
      job_id: ref.id,
      status: 'partial',
      complete: false,
      reason,
      hint,
      ...(progress && { stopped_at: progress }),
      ...fitting('partial', value, ref),
      ...(next && { next }),
    },
  };
}

function failed(ref: JobRef, { failure, sentence, detail }: Ended<'failed'>): CallToolResult {
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
  return {
    isError: true,
    content: [{ type: 'text', text: `Job ${ref.id} failed (${failure}): ${sentence} ${advice}` }],
    structuredContent: { job_id: ref.id, status: 'failed', error },
  };
}

function cancelled(ref: JobRef, partial: unknown, { continues }: Shows): CallToolResult {
  const next = continues && partial !== undefined ? continuing(ref) : undefined;
  const hint = next ? ` ${hintAt(next)}` : '';
  const found = partial === undefined ? '' : ` What it had found by then (PARTIAL):\n${json(partial)}`;
  return {
    isError: true,
    content: [{ type: 'text', text: clipped(`Job ${ref.id} was cancelled.${hint}${found}`, ref) }],
    structuredContent: {
      job_id: ref.id,
      status: 'cancelled',
      complete: false,
      ...(partial !== undefined && fitting('partial', partial, ref)),
      ...(next && { next }),
    },
  };
}

function clippedBlock(block: ContentBlock, ref: JobRef): ContentBlock {
  return block.type === 'text' ? { ...block, text: clipped(block.text, ref) } : block;
}

function continuing(ref: JobRef): NextCall {
  return { tool: 'job_continue', args: { job_id: ref.id } };
}

function hintAt(next: NextCall): string {
  return `To go on from there, with nothing done twice: ${written(next)}`;
}
