/** The answer of an upstream, given on as it came; what does not fit into one answer is linked, as for any other result. */
import { isSpecType } from '@modelcontextprotocol/server';
import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/server';
import type { Given, Relayed } from '../../workflows/upstream-contract';
import type { JobRef } from '../ids';
import { isRecord, json } from '../json';
import { withMediaLinked } from './media';
import { clipped, dataFits, fits, resultLink, spoken, texts } from './page';

/** `_meta` key of what we have to say about an upstream's answer. */
const NOTES_META = 'io.holdfast/notes';

/** Its content. Where there is none, the data in words: some clients, and all models, read nothing else. */
export function relayedContent({ result }: Relayed): readonly ContentBlock[] {
  const content = blocksIn(result).map(blockOf);
  const data = relayedData(result);
  return spoken(content.length === 0 && data !== undefined ? [{ type: 'text', text: json(data) }] : content);
}

/** Its blocks. Where it has no list of them, whatever it has in their place is one, so that no answer gets lost. */
function blocksIn({ content, structuredContent: data, _meta, isError: _is, ...others }: Given): readonly unknown[] {
  if (Array.isArray(content)) return content;
  if (content !== undefined && content !== null) return [content];
  return data === undefined && Object.keys(others).length > 0 ? [others] : [];
}

/** A block as it came. One that is none of MCP's, for which clients throw away the whole answer, is given as its JSON. */
const blockOf = (block: unknown): ContentBlock =>
  isSpecType.ContentBlock(block) ? block : { type: 'text', text: json(block) };

/** Any JSON value, as of 2026-07-28; undefined where there is none. */
export const relayedData = (result: Given): unknown => result['structuredContent'];

/** @param _meta - ours, which goes with the upstream's own */
export function relayedAnswer(ref: JobRef, relayed: Relayed, _meta: Record<string, unknown>): CallToolResult {
  const { result, notes } = relayed;
  const content = relayedContent(relayed);
  const data = relayedData(result);
  const whole = dataFits({ output: data, data });
  const given = isRecord(result['_meta']) ? result['_meta'] : {};
  return {
    content: [
      ...withMediaLinked(content, ref).map((block) =>
        block.type === 'text' ? { ...block, text: clipped(block.text, ref) } : block,
      ),
      ...(whole && texts(content).every(fits) ? [] : [resultLink(ref)]),
    ],
    ...(data !== undefined && {
      structuredContent: whole
        ? data
        : { job_id: ref.id, status: 'done', next: { tool: 'job_result', args: { job_id: ref.id, format: 'json' } } },
    }),
    ...(result['isError'] === true && { isError: true }),
    _meta: { ...given, ..._meta, ...(notes && { [NOTES_META]: notes }) },
  };
}
