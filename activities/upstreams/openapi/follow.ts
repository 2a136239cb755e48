/** An operation that was accepted, and tells at an address how it is: looked at until it has come to its end. */
import type { FollowRequest, UpstreamAnswer } from '../../../workflows/upstream-contract';
import { failure } from '../../failure';
import type { CallContext } from '../upstream';
import type { Operation } from './api';
import type { Credentials } from './auth';
import type { Document } from './documents';
import { conditionOf, longerMs } from './operation-task';
import type { Built } from './request';
import { jsonOf, resultOf } from './result';
import { retryAfterMs } from './retry-after';
import type { Answer } from './wire';

/** How often in a row a look at an operation may fail. */
const LOOKS_MAX = 5;

/** A request, but for who asks. */
export interface Sending {
  readonly document: Document;
  readonly operation: Operation;
  readonly repeatable: boolean;
  readonly signal: AbortSignal;
  readonly build: (credentials: Credentials) => Built;
}

export interface FollowNeeds {
  /** The API, at the beginning of a sentence. */
  readonly who: string;
  /** The operator's headers, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly current: () => Promise<Document>;
  /** @throws ApplicationFailure `refused` when it is not offered any more */
  readonly operationOf: (document: Document, tool: string) => Operation;
  /** Origins that operations may be at. */
  readonly serversOf: (document: Document) => readonly string[];
  readonly send: (sending: Sending) => Promise<Answer>;
  /** @throws ApplicationFailure `unavailable` where an answer says: later */
  readonly askedAgain: (answer: Answer, repeatable: boolean) => void;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/** @throws ApplicationFailure when it cannot be told how the operation is */
export async function follow(
  { who, headers, current, operationOf, serversOf, send, askedAgain, wait }: FollowNeeds,
  { tool, task }: FollowRequest,
  context: CallContext,
  signal: AbortSignal,
): Promise<UpstreamAnswer> {
  const document = await current();
  const operation = operationOf(document, tool);
  const monitor = URL.canParse(task.id) ? new URL(task.id) : undefined;
  if (!monitor || !serversOf(document).includes(monitor.origin))
    throw failure('refused', `${who}: the address that tells how ${tool} is is not one of the API's.`);
  const look = (url: URL): Promise<Answer> =>
    send({
      document,
      operation,
      repeatable: true,
      signal,
      build: ({ query, headers: more, cookies }) => {
        const asked = new URL(url);
        for (const [key, value] of query) asked.searchParams.set(key, value);
        const cookie = [
          ...cookies.map(([key, value]) => `${key}=${value}`),
          ...(headers.cookie ? [headers.cookie] : []),
        ];
        const sent = {
          accept: operation.accept,
          ...headers,
          ...more,
          ...(cookie.length > 0 && { cookie: cookie.join('; ') }),
        };
        return { url: asked, method: 'GET', headers: sent };
      },
    });

  let { pollMs } = task;
  for (let failed = 0; ;) {
    await wait(pollMs, signal);
    const answer = await look(monitor).catch((error: unknown) => {
      if (signal.aborted || (failed += 1) >= LOOKS_MAX) throw error;
      return undefined;
    });
    if (answer === undefined || answer.status === 429 || answer.status >= 500) {
      if (answer !== undefined && (failed += 1) >= LOOKS_MAX) askedAgain({ ...answer, status: 429 }, true);
      pollMs = (answer && retryAfterMs(answer.headers['retry-after'])) ?? longerMs(pollMs);
      continue;
    }
    failed = 0;
    const condition = conditionOf(answer, (await jsonOf(answer, signal))?.value, monitor);
    if (condition.kind === 'going') {
      context.report(condition.progress);
      pollMs = retryAfterMs(answer.headers['retry-after']) ?? longerMs(pollMs);
      continue;
    }
    const shown = { who, operation, answer, signal };
    if (condition.kind === 'failed') return failedOf(await resultOf(shown));
    const { resource } = condition;
    if (!resource || !serversOf(document).includes(resource.origin)) return resultOf(shown);
    return resultOf({ ...shown, answer: await look(resource) });
  }
}

/** An operation that failed is an error, although the look at it succeeded. */
function failedOf(answer: UpstreamAnswer): UpstreamAnswer {
  if (answer.kind !== 'result') return answer;
  const { structuredContent: _gone, ...result } = answer.result;
  return { ...answer, result: { ...result, isError: true } };
}
