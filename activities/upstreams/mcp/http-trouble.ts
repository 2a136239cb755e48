/** What the errors of HTTP mean. */
import {
  OAuthClientFlowError,
  OAuthError,
  SdkHttpError,
  UnauthorizedError,
  isJSONRPCErrorResponse,
} from '@modelcontextprotocol/client';
import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import { Trouble } from './trouble';

/** @throws Trouble `denied` where the address is none */
export function addressIn(name: string, url: string): URL {
  if (URL.canParse(url)) return new URL(url);
  throw new Trouble('denied', `The url of upstream ${name} is no address. Its operator corrects it.`);
}

/** @param inSession - whether a session had been agreed on: then what is not found is that */
export function httpTrouble(name: string, error: unknown, inSession: boolean): Trouble {
  const known = causesOf(error).find((cause) => cause instanceof Trouble);
  if (known) return known;
  if (error instanceof UnauthorizedError || error instanceof OAuthError || error instanceof OAuthClientFlowError)
    return unauthorized(name, error);
  const status = statusIn(error);
  if (status === undefined)
    return new Trouble('lost', `Upstream ${name} answered with what is no message of MCP.`, { cause: error });
  if (status === 401 || status === 403) return unauthorized(name, error);
  if (inSession && (status === 404 || status === 400))
    return new Trouble('session', `Upstream ${name} has lost the session (${status}).`, { cause: error });
  if (status >= 500) return new Trouble('lost', `Upstream ${name} failed (${status}).`, { cause: error });
  const what =
    status < 400
      ? `leads elsewhere (${status}), which is not followed. Its operator corrects its url`
      : `turned the request away (${status}). Its operator checks its url`;
  return new Trouble('denied', `Upstream ${name} ${what}.`, { cause: error });
}

/**
 * The answer to a request of ours that came with a status of its own: since 2026-07-28 a method that a server does not have is a 404.
 * Undefined where it is none. A server that is at fault itself (5xx) may have begun.
 *
 * @param id - of the request: an error without it concerns the session, or is that of something in between
 */
export function answerInError(error: unknown, id: unknown): JSONRPCMessage | undefined {
  if (!(error instanceof SdkHttpError) || id === undefined) return undefined;
  const { status, text } = error.data;
  if (status === 401 || status === 403 || status >= 500 || typeof text !== 'string') return undefined;
  try {
    const said: unknown = JSON.parse(text);
    return isJSONRPCErrorResponse(said) && said.id === id ? said : undefined;
  } catch {
    return undefined;
  }
}

/** The error, and what it was made of: the SDK wraps what goes wrong while it finds out which revisions are spoken. */
function causesOf(error: unknown): Error[] {
  const causes: Error[] = [];
  for (let next = error; next instanceof Error && causes.length < 5; next = next.cause) causes.push(next);
  return causes;
}

function unauthorized(name: string, cause: unknown): Trouble {
  return new Trouble(
    'denied',
    `Upstream ${name} does not accept our credentials. Its operator renews them in its settings.`,
    { cause },
  );
}

/** The transport of 2024-11-05 has it only in words. */
function statusIn(error: unknown): number | undefined {
  if (error instanceof SdkHttpError) return error.data.status;
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'number') return error.code;
  const [, status] = /\(HTTP (\d{3})\)/.exec(error.message) ?? [];
  return status === undefined ? undefined : Number(status);
}
