/** What is too long for one answer: clipped there, and read whole in pages. */
import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/server';
import { seam } from '../../workflows/cut';
import { metaOf, written } from './handle';
import type { NextCall } from './handle';
import type { JobRef } from '../ids';
import { json } from '../json';
import { invalid } from './rejected';
import { resultUri } from './resource-uri';

/** Longest text of one answer, characters: about 8,000 tokens. */
export const INLINE_MAX = 32_000;
const HEAD = 24_000;
const TAIL = 4_000;

/** How the pages of a result show it: in the tool's own words, or as the JSON of its output. */
export type Format = 'text' | 'json';

/** A result, as its tool presents it. */
export interface Presented {
  readonly output: unknown;
  readonly content: readonly ContentBlock[];
  /** The part of the output that is given as data; undefined when that is all of it. */
  readonly data: unknown;
}

/** What the pages of a result show; by default the tool's own text, unless that was given whole and the output was not. */
export function wholeOf({ output, content, data }: Presented, format?: Format): string {
  const words = texts(content);
  const asJson = format === undefined ? words.every(fits) && !dataFits({ output, data }) : format === 'json';
  return asJson ? json(output) : words.join('\n');
}

/** Whether the data of a result can be given whole. */
export function dataFits({ output, data }: Pick<Presented, 'output' | 'data'>): boolean {
  return fits(JSON.stringify(data ?? output ?? null));
}

/** What is said where there is no text: model APIs refuse an answer with an empty one. */
const NO_TEXT = 'The job is done. Its result has no text.';

/** Content without empty texts. */
export function spoken(content: readonly ContentBlock[]): readonly ContentBlock[] {
  const said = content.filter((block) => block.type !== 'text' || block.text.trim() !== '');
  return said.length > 0 ? said : [{ type: 'text', text: NO_TEXT }];
}

/** One page of a long text, and the call for the next one. `state`: how the job is. */
export function page(
  ref: JobRef,
  whole: string,
  { offset, format }: { readonly offset: number; readonly format?: Format | undefined },
  audit: string | undefined,
  state: Readonly<Record<string, unknown>>,
): CallToolResult {
  if (offset > 0 && offset >= whole.length)
    return invalid(`Offset ${offset} is past the end: job ${ref.id} has ${whole.length} characters to read.`);
  const { from, end } = pageAt(whole, offset);
  const args = { job_id: ref.id, offset: end, ...(format && { format }) };
  const next: NextCall | undefined = end < whole.length ? { tool: 'job_result', args } : undefined;
  const position = whole.length > INLINE_MAX ? `[characters ${from} to ${end} of ${whole.length}]\n` : '';
  const more = next ? `\n[Next page: ${written(next)}]` : '';
  return {
    content: [...spoken([{ type: 'text', text: `${position}${whole.slice(from, end)}${more}` }])],
    structuredContent: { job_id: ref.id, ...state, offset: from, characters: whole.length, ...(next && { next }) },
    ...metaOf(ref.id, audit),
  };
}

/** Where the page at `offset` begins and ends. Pages join to the whole text, and none holds half a character. */
export function pageAt(whole: string, offset: number): { readonly from: number; readonly end: number } {
  const from = seam(whole, offset);
  return { from, end: seam(whole, Math.min(from + INLINE_MAX, whole.length)) };
}

/** Where a result can be read as an MCP resource, by its owner. */
export function resultLink(ref: JobRef): ContentBlock {
  return {
    type: 'resource_link',
    uri: resultUri(ref.id),
    name: `${ref.id} result`,
    description: 'The whole result, in pages of 32,000 characters',
    mimeType: 'text/plain',
  };
}

/** A text as one answer can hold it, and how to read all of it. */
export function clipped(text: string, ref: JobRef): string {
  if (fits(text)) return text;
  const [end, from] = [seam(text, HEAD), seam(text, text.length - TAIL)];
  return `${text.slice(0, end)}\n[${from - end} characters left out. All of it: ${written(pageOf(ref))}]\n${text.slice(from)}`;
}

/** `value` under `name`, or the call that reads it. */
export function fitting(name: string, value: unknown, ref: JobRef): Record<string, unknown> {
  return fits(json(value)) ? { [name]: value } : { whole: pageOf(ref) };
}

/** The call that reads a result from its beginning. */
export function pageOf(ref: JobRef): NextCall {
  return { tool: 'job_result', args: { job_id: ref.id, offset: 0 } };
}

/** Whether a text can be given whole. */
export const fits = (text: string): boolean => text.length <= INLINE_MAX;

/** The texts in `content`. */
export function texts(content: readonly ContentBlock[]): string[] {
  return content.flatMap((block) => (block.type === 'text' ? [block.text] : []));
}
