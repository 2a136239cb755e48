/** What a client is told about a job that has ended. */
import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/server';
import { isRelayed } from '../../workflows/upstream-contract';
import { metaOf, stepText, written } from './handle';
import type { NextCall } from './handle';
import type { JobRef } from '../ids';
import { json } from '../json';
import { freesKey, mayComeAgain } from '../jobs/outcome';
import type { Outcome } from '../jobs/outcome';
import { withMediaLinked } from './media';
import { relayedAnswer } from './relayed';
import { clipped, dataFits, fits, fitting, pageOf, resultLink, texts } from './page';

/** Where the output is that an answer leaves out. */
const TO_READ = 'job_result with format "json" reads it in pages.';

/** What is known of the call that is answered. */
export interface Asked {
  /** It has an idempotency key. */
  readonly keyed: boolean;
  /** The job of its key had ended before: this was the answer to another call. */
  readonly replayed: boolean;
}

const REPLAYED = 'This was the answer to an earlier call with the same idempotency key. ';

/** How a tool presents the end of its job. */
export interface Presentation {
  /** The output as the model sees it. */
  readonly content: (output: unknown) => readonly ContentBlock[];
  /** The output as data, where it fits the tool's output schema. */
  readonly structured: (output: unknown) => Record<string, unknown> | undefined;
  /** Whether the tool can go on with what a job left. */
  readonly continues: boolean;
  /** Absent in an answer to another call than the one that began the job, or came back to it: `job_wait`, say. */
  readonly asked?: Asked | undefined;
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
  const { _meta } = metaOf(ref.id, audit);
  const { replayed = false } = presentation.asked ?? {};
  const meta = { ..._meta, ...(replayed && { 'io.holdfast/replayed': true }) };
  if (outcome.kind === 'done' && isRelayed(outcome.value)) return relayedAnswer(ref, outcome.value, meta);
  const answer = answerTo(ref, outcome, presentation, found);
  return { ...answer, _meta: meta };
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

/** Why a job was stopped, in words. */
const STOPPED: Readonly<Record<Ended<'partial'>['reason'], string>> = {
  budget: 'its working time ended',
  history: 'it had to remember more than a job can',
};

/** A job that was stopped before it was done. */
function stopped(
  ref: JobRef,
  { reason, value, progress }: Ended<'partial'>,
  presentation: Presentation,
): CallToolResult {
  const where = progress?.message ? ` in ${stepText({ progress, within: undefined })}` : '';
  const left = leftBy(ref, value, presentation);
  const hint = left.hint ?? 'To get the rest, ask for less in one call.';
  const first = `${replayedBy(presentation)}PARTIAL result of job ${ref.id}: ${STOPPED[reason]}${where}, before it was done. ${hint}`;
  return {
    content: [{ type: 'text', text: clipped(`${first}\n${json(value)}`, ref) }],
    structuredContent: {
      job_id: ref.id,
      status: 'partial',
      complete: false,
      reason,
      hint,
      ...(progress && { stopped_at: progress }),
      ...left.data,
    },
  };
}

function failed(ref: JobRef, outcome: Ended<'failed'>, presentation: Presentation, found: unknown): CallToolResult {
  const { failure, sentence, detail } = outcome;
  const retryable = mayComeAgain(outcome);
  const key = freesKey(outcome) ? 'same' : 'new';
  const laterS = detail.retryAfterMs === undefined ? undefined : Math.ceil(detail.retryAfterMs / 1000);
  const when = laterS === undefined ? 'later' : `in ${laterS} s`;
  const advice = retryable
    ? `The same call may succeed ${when}${withKey(presentation, key)}.`
    : `Do not repeat the call unchanged.${callAgain(presentation)}`;
  const error = {
    kind: failure,
    message: sentence,
    retryable,
    ...(laterS !== undefined && { retry_after_s: laterS }),
    side_effect: detail.sideEffect,
    idempotency_key: key,
    attempt: detail.attempt,
    of: detail.of,
  };
  // What is wrong with its input would end it again.
  const continues = presentation.continues && failure !== 'invalid_input';
  const left = leftBy(ref, found, { ...presentation, continues });
  return {
    isError: true,
    content: [
      {
        type: 'text',
        text: clipped(
          `${replayedBy(presentation)}Job ${ref.id} failed (${failure}): ${sentence} ${advice}${left.text}`,
          ref,
        ),
      },
    ],
    structuredContent: { job_id: ref.id, status: 'failed', error, ...left.data },
  };
}

function cancelled(ref: JobRef, presentation: Presentation, found: unknown): CallToolResult {
  const left = leftBy(ref, found, presentation);
  return {
    isError: true,
    content: [
      {
        type: 'text',
        text: clipped(
          `${replayedBy(presentation)}Job ${ref.id} was cancelled.${callAgain(presentation)}${left.text}`,
          ref,
        ),
      },
    ],
    structuredContent: { job_id: ref.id, status: 'cancelled', complete: false, ...left.data },
  };
}

/** Which key the same call needs when it is made again, in words for whoever has one. */
function withKey({ asked }: Presentation, key: 'same' | 'new'): string {
  if (asked) return asked.keyed ? `, with ${key === 'same' ? 'the same' : 'a new'} idempotency key` : '';
  return key === 'new' ? ', with a new idempotency key if it had one' : '';
}

/** For a call with a key that names its job for good. */
function callAgain({ asked }: Presentation): string {
  return asked?.keyed === true ? ' To call again, use a new idempotency key.' : '';
}

function replayedBy({ asked }: Presentation): string {
  return asked?.replayed === true ? REPLAYED : '';
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
