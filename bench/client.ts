/** A client that costs little: it runs on the cores that it measures, and what it takes of them is no part of a gateway. */
import { request } from 'undici';
import { TYPES, messageIn, modernRequest } from '../test/fixtures/raw';
import type { RawAnswer } from '../test/fixtures/raw';

/** Sends one request of the 2026-07-28 revision. */
export async function modern(
  url: string,
  method: string,
  params: Record<string, unknown> = {},
  more: Record<string, string> = {},
): Promise<Pick<RawAnswer, 'text' | 'message'>> {
  const { headers, body } = modernRequest(method, params);
  const answer = await request(url, {
    method: 'POST',
    headers: { ...TYPES, ...headers, ...more },
    body: JSON.stringify(body),
  });
  const text = await answer.body.text();
  return { text, message: messageIn(text) };
}
