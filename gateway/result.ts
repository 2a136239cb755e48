/** What a client is told about a job that has ended, and about a call that never became one. */
import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/server';
import { isRetryable } from '../workflows/contract';
import type { Full } from './admission';
import { metaOf, stepText, written } from './handle';
import type { NextCall } from './handle';
import type { JobRef } from './ids';
import { resultUri } from './resource-uri';
import type { Outcome } from './jobs/outcome';

/** Longest text of one answer, characters: about 8,000 tokens. More is read in pages. */
export const INLINE_MAX = 32_000;
const HEAD = 24_000;
const TAIL = 4_000;

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

/** Makes the answer about a job that has ended. `partial` is what a cancelled job had in hand. */
export function resultOf(
  ref: JobRef,
  outcome: Outcome,
  { content: contentOf, structured: structuredOf, continues }: Shows,
  audit: string | undefined,
  partial?: unknown,
): CallToolResult {
  const meta = metaOf(ref.id, audit);
  switch (outcome.kind) {
    case 'done': {
      const { value } = outcome;
      const content = contentOf(value);
      const said = texts(content).every(fits);
      const shown = fits(JSON.stringify(value ?? null));
      const output = shown ? { result: value } : { note: `The output is too long for one answer. ${TO_READ}` };
      const named = { job_id: ref.id, status: 'done', ...output, ...(!said && { next: pageOf(ref) }) };
      return {
        content: [...content.map((block) => clippedBlock(block, ref)), ...(said && shown ? [] : [resultLink(ref)])],
        structuredContent: (shown ? structuredOf(value) : undefined) ?? named,
        ...meta,
      };
    }
    case 'partial': {
      const { value, reason, progress } = outcome;
      const where = progress ? ` in ${stepText({ progress, within: undefined })}` : '';
      const next = continues ? nextOf(ref) : undefined;
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
        ...meta,
      };
    }
    case 'failed': {
      const { failure, sentence, detail } = outcome;
      // What may have happened must not be tried again blindly, however transient the cause.
      const retryable = isRetryable(failure) && (detail.sideEffect === 'none' || (detail.of ?? 1) > 1);
      const when = detail.retryAfterMs === undefined ? 'later' : `in ${Math.ceil(detail.retryAfterMs / 1000)} s`;
      const advice = retryable ? `The same call may succeed ${when}.` : 'Do not repeat the call unchanged.';
      const error = {
        kind: failure,
        message: sentence,
        retryable,
        ...(detail.retryAfterMs !== undefined && { retry_after_s: Math.ceil(detail.retryAfterMs / 1000) }),
        side_effect: detail.sideEffect,
        attempt: detail.attempt,
        of: detail.of,
      };
      return {
        isError: true,
        content: [{ type: 'text', text: `Job ${ref.id} failed (${failure}): ${sentence} ${advice}` }],
        structuredContent: { job_id: ref.id, status: 'failed', error },
        ...meta,
      };
    }
    case 'cancelled': {
      const next = continues && partial !== undefined ? nextOf(ref) : undefined;
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
        ...meta,
      };
    }
    default:
      return outcome satisfies never;
  }
}

/** Makes the answer to a call that was not accepted. Nothing has happened, and the model can mend it. */
export function rejected(text: string, error: Record<string, unknown>): CallToolResult {
  return { isError: true, content: [{ type: 'text', text }], structuredContent: { status: 'rejected', error } };
}

/** Makes the answer to arguments that cannot be right. */
export function invalid(text: string): CallToolResult {
  return rejected(text, { kind: 'invalid_input', retryable: false, side_effect: 'none' });
}

/** When a caller who has too much running may try again, seconds. */
const QUOTA_RETRY_S = 10;

/** Makes the answer to a call that would pass a quota. */
export function overQuota({ limit, of }: Full): CallToolResult {
  const whose = of === 'caller' ? 'You have' : 'Your tenant has';
  return rejected(
    `${whose} ${limit} jobs running, which is the limit. Nothing was started. Wait for one to end (job_wait with mode "any"), or call again in ${QUOTA_RETRY_S} s.`,
    { kind: 'over_quota', retryable: true, retry_after_s: QUOTA_RETRY_S, side_effect: 'none', limit, of },
  );
}

/** How the pages of a result show it: in the tool's own words, or as the JSON of its output. */
export type Format = 'text' | 'json';

/** What the pages of a result show; by default the tool's own text, unless that was given whole and the output was not. */
export function wholeOf(content: readonly ContentBlock[], value: unknown, format?: Format): string {
  const said = texts(content);
  const shown = fits(JSON.stringify(value ?? null));
  const asJson = format === undefined ? said.every(fits) && !shown : format === 'json';
  return asJson ? json(value) : said.join('\n');
}

/** One page of a long text, and the call for the next one. */
export function page(
  ref: JobRef,
  whole: string,
  { offset, format }: { readonly offset: number; readonly format?: Format | undefined },
  audit: string | undefined,
): CallToolResult {
  if (offset > 0 && offset >= whole.length)
    return invalid(`Offset ${offset} is past the end: job ${ref.id} has ${whole.length} characters to read.`);
  const end = Math.min(offset + INLINE_MAX, whole.length);
  const args = { job_id: ref.id, offset: end, ...(format && { format }) };
  const next: NextCall | undefined = end < whole.length ? { tool: 'job_result', args } : undefined;
  const position = whole.length > INLINE_MAX ? `[characters ${offset} to ${end} of ${whole.length}]\n` : '';
  const more = next ? `\n[Next page: ${written(next)}]` : '';
  return {
    content: [{ type: 'text', text: `${position}${whole.slice(offset, end)}${more}` }],
    structuredContent: { job_id: ref.id, offset, characters: whole.length, ...(next && { next }) },
    ...metaOf(ref.id, audit),
  };
}

/** Data as indented JSON. */
export function json(value: unknown): string {
  return JSON.stringify(value ?? null, null, 2);
}

/** Where a result can be read as an MCP resource, by its owner. */
function resultLink(ref: JobRef): ContentBlock {
  return {
    type: 'resource_link',
    uri: resultUri(ref.id),
    name: `${ref.id} result`,
    description: 'The whole result, in pages of 32,000 characters',
    mimeType: 'text/plain',
  };
}

/** The texts in `content`. */
export function texts(content: readonly ContentBlock[]): string[] {
  return content.flatMap((block) => (block.type === 'text' ? [block.text] : []));
}

const fits = (text: string): boolean => text.length <= INLINE_MAX;

function clippedBlock(block: ContentBlock, ref: JobRef): ContentBlock {
  return block.type === 'text' ? { ...block, text: clipped(block.text, ref) } : block;
}

function clipped(text: string, ref: JobRef): string {
  if (fits(text)) return text;
  const omitted = text.length - HEAD - TAIL;
  return `${text.slice(0, HEAD)}\n[${omitted} characters left out. All of it: ${written(pageOf(ref))}]\n${text.slice(-TAIL)}`;
}

function fitting(name: string, value: unknown, ref: JobRef): Record<string, unknown> {
  return json(value).length <= INLINE_MAX ? { [name]: value } : { next: pageOf(ref) };
}

function pageOf(ref: JobRef): NextCall {
  return { tool: 'job_result', args: { job_id: ref.id, offset: 0 } };
}

function nextOf(ref: JobRef): NextCall {
  return { tool: 'job_continue', args: { job_id: ref.id } };
}

function hintAt(next: NextCall): string {
  return `To go on from there, with nothing done twice: ${written(next)}`;
}

/** Whether it is an object that is no array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
