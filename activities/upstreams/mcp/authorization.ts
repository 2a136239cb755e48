/** Tokens of the gateway's own for a server, by OAuth client credentials. */
import { ClientCredentialsProvider } from '@modelcontextprotocol/client';
import type { AuthProvider, FetchLike, OAuthClientProvider } from '@modelcontextprotocol/client';
import type { HttpUpstream } from '../../../config/upstreams';
import type { z } from 'zod';
import { isGiven } from '../given';
import { Trouble } from './trouble';

type OAuth = NonNullable<z.output<typeof HttpUpstream>['oauth']>;

/** A token is had again this long before it ends, milliseconds. */
const EARLY_MS = 30_000;
/** For how long a token without an end is used, milliseconds. */
const LASTS_MS = 3_600_000;
const TOKEN_MS = 15_000;

/**
 * With `token_url`: from there; otherwise from where the metadata of `issuer` says, by the SDK. A server alone is not believed about
 * where the secret is to be sent.
 *
 * @throws Trouble `denied` where there is neither
 */
export function createAuthorization(
  name: string,
  { client_id, client_secret, scope, token_url, issuer }: OAuth,
  fetch: FetchLike,
): AuthProvider | OAuthClientProvider {
  if (token_url === undefined && issuer === undefined)
    throw new Trouble('denied', `The oauth of upstream ${name} needs token_url or issuer. Its operator adds one.`);
  if (token_url === undefined)
    return new ClientCredentialsProvider({
      clientId: client_id,
      clientSecret: client_secret,
      clientName: 'holdfast',
      expectedIssuer: issuer as string,
      ...(scope !== undefined && { scope }),
    });

  let token: Promise<{ readonly value: string; readonly until: number }> | undefined;

  async function grant(url: string): Promise<{ value: string; until: number }> {
    const basic = [client_id, client_secret].map(encodeURIComponent).join(':');
    const reply = await fetch(url, {
      method: 'POST',
      headers: {
        accept: 'application/json',
        authorization: `Basic ${Buffer.from(basic).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope !== undefined && { scope }) }).toString(),
      signal: AbortSignal.timeout(TOKEN_MS),
    }).catch((error: unknown) => {
      throw new Trouble('unsent', `Where upstream ${name} has its tokens from cannot be reached.`, { cause: error });
    });
    const granted: unknown = await reply.json().catch(() => undefined);
    if (!reply.ok || !isGiven(granted) || typeof granted['access_token'] !== 'string')
      throw new Trouble(
        reply.status >= 500 ? 'unsent' : 'denied',
        `There is no token for upstream ${name}: its token_url answered ${reply.status}. Its operator checks oauth.`,
      );
    const lasts = typeof granted['expires_in'] === 'number' ? granted['expires_in'] * 1_000 : LASTS_MS;
    return { value: granted['access_token'], until: Date.now() + Math.max(0, lasts - EARLY_MS) };
  }

  /** The one that is had already; for all who ask while it is on its way, the same. */
  async function current(): Promise<string> {
    const asked = (token ??= grant(token_url as string));
    try {
      const { value, until } = await asked;
      if (until > Date.now()) return value;
    } catch (error) {
      if (token === asked) token = undefined;
      throw error;
    }
    if (token === asked) token = grant(token_url as string);
    return (await (token ??= grant(token_url as string))).value;
  }

  return {
    token: current,
    onUnauthorized() {
      token = undefined;
      return Promise.resolve();
    },
  };
}
