/** A language model behind an OpenAI-compatible endpoint, where the operator has one. */
import { z } from 'zod';
import { egressWith } from '../egress';
import { failure } from '../failure';
import { fetchJson } from '../sources/fetch';

export interface ModelConfig {
  /** Up to and without `/chat/completions`. */
  readonly url: string;
  readonly name: string;
  readonly key?: string | undefined;
}

export interface ModelLimits {
  /** For the whole answer. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Writes an answer to `prompt`. @throws ApplicationFailure `unavailable` or `refused` */
export type Model = (
  prompt: { readonly system: string; readonly user: string },
  limits: ModelLimits,
) => Promise<string>;

const ANSWER_MAX = 20_000;

const Completion = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1),
});

/** The endpoint is the operator's choice, so it may be anywhere; nothing else is reached this way. */
export function modelAt({ url, name, key }: ModelConfig): Model {
  const { host, hostname, port, protocol } = new URL(url);
  const egress = egressWith({ allow: [port === '' ? `${hostname}:${protocol === 'https:' ? 443 : 80}` : host] });
  return async ({ system, user }, limits) => {
    const { choices } = await fetchJson(egress, Completion, {
      who: 'The language model',
      url: `${url.replace(/\/+$/, '')}/chat/completions`,
      headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
      body: {
        model: name,
        messages: [
          { role: 'system', content: system },
          { role: 'user', content: user },
        ],
      },
      ...limits,
    });
    const text = choices[0]?.message.content.trim() ?? '';
    if (text === '') throw failure('unavailable', 'The language model answered with nothing. Try again later.');
    return text.slice(0, ANSWER_MAX);
  };
}
