/** Which replies are redirects, and which request follows one. The guard decides whether it may be sent. */
import type { Sent } from './exchange';

/** The headers that are sent on to another origin. All others may hold a secret of the first. */
const HARMLESS = new Set(['accept', 'accept-language', 'content-type', 'user-agent']);
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Redirects that repeat the request as it was. The others turn it into a GET. */
const SAME_REQUEST = new Set([307, 308]);

/** Tells whether a reply with this status leads to the address in its `location` header. */
export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

/**
 * The request that follows a redirect.
 *
 * @param status - of the redirect
 * @param sameOrigin - whether it leads to the origin that sent it
 */
export function redirected({ method, headers, body }: Sent, status: number, sameOrigin: boolean): Sent {
  const kept = Object.entries(headers ?? {}).filter(([name]) => sameOrigin || HARMLESS.has(name.toLowerCase()));
  const rest = { headers: Object.fromEntries(kept) };
  if (!SAME_REQUEST.has(status)) return rest;
  return { ...rest, ...(method && { method }), ...(body !== undefined && { body }) };
}
