/** An operation that goes on after its answer, 202: where it tells how it is, and what it says there. */
import type { StepProgress } from '../../../workflows/contract';
import type { UpstreamTask } from '../../../workflows/upstream-contract';
import { isNode } from './json';
import type { Node } from './json';
import { retryAfterMs } from './retry-after';
import type { Answer } from './wire';

/** How often is asked, milliseconds, where the API does not say: at first, and at most. */
const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;

/** The next pause between two looks. */
export const longerMs = (pollMs: number): number => Math.min(Math.max(pollMs, FIRST_MS) * 1.5, LONGEST_MS);

/** Words for an operation that goes on, and for one that failed, without spaces, - and _. */
const GOES_ON = new Set(
  'accepted creating deleting executing inprogress notstarted pending processing provisioning queued running scheduled started starting submitted updating waiting working'.split(
    ' ',
  ),
);
const FAILED = new Set('aborted canceled cancelled error errored expired failed failure rejected timedout'.split(' '));

/** Headers that name where to look, the one that is meant for it first. */
const HEADERS = ['operation-location', 'azure-asyncoperation', 'location'] as const;

/** @returns the absolute address to look at; undefined when the answer names none */
export function monitorOf({ status, headers, url }: Answer): URL | undefined {
  if (status !== 202) return undefined;
  const named = HEADERS.map((name) => headers[name]).find(
    (value) => value !== undefined && URL.canParse(value, url.href),
  );
  return named === undefined ? undefined : new URL(named, url);
}

export function taskAt(monitor: URL, { headers }: Answer): UpstreamTask {
  return { id: monitor.href, dialect: 'http', pollMs: retryAfterMs(headers['retry-after']) ?? FIRST_MS };
}

/** How an operation is. `resource`: where what it made is. */
export type Condition =
  | { readonly kind: 'going'; readonly progress: StepProgress }
  | { readonly kind: 'done'; readonly resource?: URL }
  | { readonly kind: 'failed' };

/**
 * What an answer to a look says. An operation goes on while the answer is 202 or its JSON has a status that says so; other answers
 * are its end. After a redirect it is what the operation made, whose own status says nothing of the operation.
 */
export function conditionOf(answer: Answer, json: unknown, asked: URL): Condition {
  const body: Node = isNode(json) ? json : {};
  const word = wordOf(body);
  if (answer.status === 202) return { kind: 'going', progress: progressOf(body, word) };
  if (answer.status >= 300 || answer.redirected) return { kind: 'done' };
  if (GOES_ON.has(word)) return { kind: 'going', progress: progressOf(body, word) };
  if (FAILED.has(word)) return { kind: 'failed' };
  const made = body.resourceLocation ?? body.resource_location;
  const resource = typeof made === 'string' && URL.canParse(made, asked.href) ? new URL(made, asked) : undefined;
  return { kind: 'done', ...(resource && { resource }) };
}

function wordOf({ status, state }: Node): string {
  const given = typeof status === 'string' ? status : typeof state === 'string' ? state : '';
  return given.toLowerCase().replace(/[\s_-]/g, '');
}

/** The word is shown only if it is one that is known: an API's own texts are no progress of ours. */
function progressOf(body: Node, word: string): StepProgress {
  const percent = [body.percentComplete, body.percent_complete, body.percentage, body.progress].find(
    (value): value is number => typeof value === 'number' && value >= 0 && value <= 100,
  );
  const message = GOES_ON.has(word) ? `The API works on it: ${word}` : 'The API works on it';
  return { message, ...(percent !== undefined && { done: percent, total: 100 }) };
}
