/** A language model behind an OpenAI-compatible endpoint that the operator configured. */
import { ApplicationFailure } from '@temporalio/common';
import { createEgress } from '../egress/egress';
import { hostAndPort } from '../egress/guard';
import { failure } from '../failure';
import { StatusError, fetchRead } from '../sources/fetch';
import type { Completion } from '../sources/completion';

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

export interface Prompt {
  readonly system: string;
  readonly user: string;
  /** A JSON Schema that the answer should keep to. Not every endpoint can be asked so: the answer may be any text all the same. */
  readonly schema?: object;
}

export interface Answer {
  readonly text: string;
  /** Why the text is not all of the answer, as a sentence. Absent when it is. */
  readonly lack?: string;
}

/** Writes an answer to `prompt`. @throws ApplicationFailure `unavailable` or `refused` */
export type Model = (prompt: Prompt, limits: ModelLimits) => Promise<Answer>;

/** What endpoints answer that do not know `response_format`, or not this one. */
const UNKNOWN_FORMAT = [400, 415, 422, 500, 501];

/** The endpoint may be a private address, since the operator chose it. Its egress is used for nothing else. */
export function createModel({ url, name, key }: ModelConfig): Model {
  const egress = createEgress({ allow: [hostAndPort(new URL(url))] });
  let takesSchema = true;

  const ask = ({ system, user, schema }: Prompt, limits: ModelLimits): Promise<Completion> =>
    fetchRead(egress, 'completion', {
      who: 'The language model',
      url: `${url.replace(/\/+$/, '')}/chat/completions`,
      headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
      body: {
        model: name,
        messages: [
          { role: 'system', content: system },
          { role: 'user', content: user },
        ],
        stream: false,
        ...(schema && {
          response_format: { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema } },
        }),
      },
      refusal: 'modelRefusal',
      ...limits,
    });

  /** Asks with the schema and, when the endpoint does not take it, without: then and ever after. */
  async function askInFormat({ schema, ...prompt }: Prompt, limits: ModelLimits): Promise<Completion> {
    if (schema === undefined || !takesSchema) return ask(prompt, limits);
    const until = Date.now() + limits.timeoutMs;
    try {
      return await ask({ ...prompt, schema }, limits);
    } catch (error) {
      const cause = error instanceof ApplicationFailure ? error.cause : undefined;
      if (!(cause instanceof StatusError) || !UNKNOWN_FORMAT.includes(cause.status)) throw error;
      const answer = await ask(prompt, { ...limits, timeoutMs: until - Date.now() });
      takesSchema = false;
      return answer;
    }
  }

  return async (prompt, limits) => {
    const { text, lack, failed } = await askInFormat(prompt, limits);
    if (failed === 'declined') throw failure('refused', 'The language model declined to answer.');
    if (failed === 'error')
      throw failure('unavailable', 'The language model reported an error in place of an answer. Try again later.');
    const sentence = lack && `The answer of the language model ${lack}.`;
    if (text === '')
      throw failure('unavailable', `The language model answered with nothing. ${sentence ?? 'Try again later.'}`);
    return { text, ...(sentence !== undefined && { lack: sentence }) };
  };
}
