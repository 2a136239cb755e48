/**
 * Reads the answer of a language model: its text, and whether it is all of it. It comes as one record or as a stream, since some
 * servers stream whatever is asked.
 */
import { z } from 'zod';
import { head } from '../../workflows/cut';
import { withoutThoughts } from './thoughts';

export interface Completion {
  readonly text: string;
  /** Why the text may not be all of the answer, as a part of a sentence. Absent when it is all. */
  readonly lack?: string;
  /** How the model failed where it did not answer. Absent when it did. */
  readonly failed?: 'declined' | 'error';
}

/** Longest text that is kept, characters. */
const TEXT_MAX = 60_000;

/** What models say of an answer that is whole. */
const WHOLE = new Set(['stop', 'eos', 'eos_token', 'end_turn', 'stop_sequence', 'complete', 'completed']);
/** What they say of one that is not, by the part of a sentence that says so. */
const LACKS: readonly (readonly [reason: RegExp, lack: string])[] = [
  [/length|max_?(?:output_?)?tokens/, 'was broken off at the longest answer that the model may give'],
  [/filter|safety|recitation|blocklist|prohibited|spii|refusal/, 'was held back in part by a filter of its host'],
];
const UNKNOWN_LACK = 'ended for a reason that is not known here';
const BROKEN_LACK = 'broke off in the midst of its stream';

const part = z.union([
  z.string(),
  z
    .object({ type: z.string().optional(), text: z.string() })
    .transform(({ type = 'text', text }) => (type.endsWith('text') ? text : '')),
  z.unknown().transform(() => ''), // thoughts, pictures
]);
const content = z.union([z.string(), z.array(part).transform((parts) => parts.join('')), z.null()]);
const message = z.object({ content: content.optional(), refusal: z.string().nullish() });
const choice = z.object({
  index: z.number().nullish(),
  message: message.optional(),
  delta: message.optional(),
  text: z.string().optional(),
  finish_reason: z.string().nullish(),
});
const reply = z.object({ choices: z.array(choice).default([]), error: z.unknown().optional() });

/** @returns undefined when the text is no answer of a model */
export function completionIn(body: string, type = ''): Completion | undefined {
  const streamed = /^text\/event-stream/i.test(type) || /^\s*(?::|data:|event:)/.test(body);
  const events = streamed ? eventsIn(body) : [body];
  const replies = events.filter((event) => event !== '[DONE]').map((event) => reply.safeParse(JSON.parse(event)));
  if (replies.some(({ success }) => !success)) return undefined;
  const read = replies.flatMap(({ data }) => data ?? []);
  if (read.length === 0 || (!streamed && read.every(({ choices, error }) => choices.length === 0 && error == null)))
    return undefined;
  const choices = read.flatMap(({ choices }) => choices.filter(({ index }) => (index ?? 0) === 0).slice(0, 1));
  const messages = choices.map(({ message, delta, text }) => message ?? delta ?? { content: text });
  const text = withoutThoughts(messages.map(({ content }) => content ?? '').join(''));
  const ending = choices.flatMap(({ finish_reason }) => finish_reason || []).at(-1);
  const isOver = !streamed || ending !== undefined || events.includes('[DONE]');
  const lack = !isOver ? BROKEN_LACK : (lackOf(ending) ?? (text.length > TEXT_MAX ? TOO_LONG_LACK : undefined));
  return {
    text: head(text, TEXT_MAX),
    ...(lack !== undefined && { lack }),
    ...(read.some(({ error }) => error != null)
      ? { failed: 'error' as const }
      : text === '' && messages.some(({ refusal }) => refusal) && { failed: 'declined' as const }),
  };
}
const TOO_LONG_LACK = `was cut: it is longer than ${TEXT_MAX} characters`;

function lackOf(ending: string | undefined): string | undefined {
  const reason = ending?.toLowerCase();
  if (reason === undefined || WHOLE.has(reason)) return undefined;
  return LACKS.find(([pattern]) => pattern.test(reason))?.[1] ?? UNKNOWN_LACK;
}

/** The data of the events of a stream. The last is left out when the stream broke off in the midst of it. */
function eventsIn(stream: string): string[] {
  const blocks = stream.split(/\r\n\r\n|\n\n|\r\r/);
  const events = blocks.flatMap((block) => {
    const data = block.split(/\r\n|\n|\r/).flatMap((line) => /^data: ?(.*)$/s.exec(line)?.slice(1) ?? []);
    return data.length > 0 ? [data.join('\n')] : [];
  });
  const last = events.at(-1);
  return last === undefined || last === '[DONE]' || isJson(last) ? events : events.slice(0, -1);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
