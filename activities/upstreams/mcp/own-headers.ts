/** The headers that an operator has set for an upstream, which are often its secrets. */
import type { FetchLike } from '@modelcontextprotocol/client';

/**
 * Adds them to requests to the upstream's own origin, and to no others: the SDK also asks for tokens and metadata with the fetch that it is
 * given, and the server has a say in where. What a request says by itself stays.
 *
 * @param upstream - its address
 */
export function withOwnHeaders(fetch: FetchLike, upstream: URL, headers: Readonly<Record<string, string>>): FetchLike {
  return (url, init) => {
    if (new URL(url).origin !== upstream.origin) return fetch(url, init);
    const all = new Headers(headers);
    new Headers(init?.headers).forEach((value, name) => all.set(name, value));
    return fetch(url, { ...init, headers: all });
  };
}
