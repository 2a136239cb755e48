/** Why a request to an MCP server came to no result, before anybody decides what that means for a job. */
import type { ApplicationFailure } from '@temporalio/activity';
import { failure } from '../../failure';

/**
 * - `unsent`: the server has not seen the request.
 * - `session`: it does not know the session, and has done nothing.
 * - `denied`: it turned the request away unread.
 * - `lost`: it was sent, and there is no answer.
 * - `too_large`: the answer passes a limit.
 * - `error`: it answered with an error of JSON-RPC.
 */
export type TroubleKind = 'unsent' | 'session' | 'denied' | 'lost' | 'too_large' | 'error';

interface TroubleDetails {
  readonly cause?: unknown;
  /** How long the server wants to be left alone, milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** For how long it had said nothing when that was too long, milliseconds. */
  readonly silentMs?: number | undefined;
  /** What it answered, for `error`: its words, too. */
  readonly answer?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

export class Trouble extends Error {
  override name = 'Trouble';
  readonly retryAfterMs: number | undefined;
  readonly silentMs: number | undefined;
  readonly answer: TroubleDetails['answer'];

  /** @param message - a sentence of ours, which callers may see */
  constructor(
    readonly kind: TroubleKind,
    message: string,
    { cause, retryAfterMs, silentMs, answer }: TroubleDetails = {},
  ) {
    super(message, { cause });
    this.retryAfterMs = retryAfterMs;
    this.silentMs = silentMs;
    this.answer = answer;
  }
}

/**
 * What it means for the job.
 *
 * @param repeatable - whether another attempt does no harm: then an answer that was lost is a reason for one
 */
export function failureOf(trouble: Trouble, repeatable: boolean): ApplicationFailure {
  const { kind, message, retryAfterMs } = trouble;
  switch (kind) {
    case 'unsent':
    case 'session':
      return failure('unavailable', message, trouble, 'none', retryAfterMs);
    case 'denied':
      return failure('refused', message, trouble, 'none');
    case 'lost':
      return repeatable
        ? failure('unavailable', message, trouble, 'unknown', retryAfterMs)
        : failure(
            'outcome_unknown',
            `${message} Whether it took effect is unknown, and it is not repeated.`,
            trouble,
            'unknown',
          );
    case 'too_large':
      return failure('too_large', message, trouble, 'unknown');
    case 'error':
      return failure('refused', message, trouble, 'unknown');
    default:
      return kind satisfies never;
  }
}
