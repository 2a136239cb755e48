/** What a redirect is, and what of a request goes on to where it leads. Whether that may be reached is not decided here. */

/** What is sent to an address. */
export interface Sent {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sent on when a redirect leads to another origin. What else the caller gave may be a secret of the first. */
const HARMLESS = new Set(['accept', 'accept-language', 'content-type', 'user-agent']);
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Redirects that repeat the request as it was. Others turn it into a GET. */
const SAME_REQUEST = new Set([307, 308]);

export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

/** The request that follows a redirect. */
export function redirected({ method, headers, body }: Sent, status: number, sameOrigin: boolean): Sent {
  const kept = Object.entries(headers ?? {}).filter(([name]) => sameOrigin || HARMLESS.has(name.toLowerCase()));
  const rest = { headers: Object.fromEntries(kept) };
  if (!SAME_REQUEST.has(status)) return rest;
  return { ...rest, ...(method && { method }), ...(body !== undefined && { body }) };
}
