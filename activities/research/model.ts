/** A language model behind an OpenAI-compatible endpoint that the operator configured. */
import { createEgress } from '../egress/egress';
import { hostAndPort } from '../egress/guard';
import { failure } from '../failure';
import { fetchRead } from '../sources/fetch';

export interface ModelConfig {
  /** The endpoint's address, without `/chat/completions` at its end. */
  readonly url: string;
  readonly name: string;
  /** Sent as a bearer token. */
  readonly key?: string | undefined;
}

export interface ModelLimits {
  /** For the whole answer, milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Writes an answer to `prompt`. @throws ApplicationFailure `unavailable` or `refused` */
export type Model = (
  prompt: { readonly system: string; readonly user: string },
  limits: ModelLimits,
) => Promise<string>;

/** The endpoint may be a private address, since the operator chose it. Its egress is used for nothing else. */
export function createModel({ url, name, key }: ModelConfig): Model {
  const egress = createEgress({ allow: [hostAndPort(new URL(url))] });
  return async ({ system, user }, limits) => {
    const { text } = await fetchRead(egress, 'completion', {
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
    if (text === '') throw failure('unavailable', 'The language model answered with nothing. Try again later.');
    return text;
  };
}
