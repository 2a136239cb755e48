/** Shows an API who asks, by the security schemes of its document and the operator's values for them. */
import { failure } from '../../failure';
import type { Api, Operation, Requirement, Scheme } from './api';
import { isNode } from './json';
import type { Secrets } from './secrets';
import type { Wire } from './wire';

/** A token is not used in its last moments, milliseconds. */
const MARGIN_MS = 30_000;
/** How long a token counts that does not say so, milliseconds. */
const TOKEN_MS = 300_000;

/** What goes with a request, so that the API lets it in. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly cookies: readonly (readonly [name: string, value: string])[];
  /** Whether a token is among them, which may have been withdrawn: then {@link Auth.forget} gets others. */
  readonly token: boolean;
}

export interface Auth {
  /** @throws ApplicationFailure `unavailable` or `refused` when no token is to be had. Nothing was sent to the API then */
  credentialsFor(api: Api, operation: Operation, address: URL): Promise<Credentials>;
  /** Forgets all tokens. */
  forget(): void;
  /** Names of the schemes that would let a caller in, for a sentence. */
  wanted(operation: Operation): readonly string[];
}

interface Given {
  readonly text: string;
  /** How long it counts, milliseconds. */
  readonly ms: number;
}

interface Token {
  readonly value: Promise<string>;
  until: number;
}

/** @param wire - to the servers that give tokens: it gives up by itself */
export function createAuth(who: string, values: Readonly<Record<string, string>>, wire: Wire, secrets: Secrets): Auth {
  const tokens = new Map<string, Token>();
  for (const value of Object.values(values)) {
    secrets.add(value);
    const colon = value.indexOf(':');
    if (colon > 0) secrets.add(value.slice(colon + 1));
  }

  /** The first alternative that the operator has all values for; one that needs none comes last. */
  function chosen(api: Api, { security }: Operation): Requirement {
    const able = security.filter((needs) =>
      Object.keys(needs).every((name) => Object.hasOwn(values, name) && api.schemes[name] !== undefined),
    );
    return able.find((needs) => Object.keys(needs).length > 0) ?? {};
  }

  function token(scheme: string, tokenUrl: URL, value: string, scopes: readonly string[]): Promise<string> {
    const key = `${scheme} ${scopes.join(' ')}`;
    const held = tokens.get(key);
    if (held && held.until > Date.now()) return held.value;
    const asking = fetchToken(tokenUrl, value, scopes);
    const made: Token = { value: asking.then(({ text }) => text), until: Infinity };
    tokens.set(key, made);
    asking.then(
      ({ ms }) => (made.until = Date.now() + ms - MARGIN_MS),
      () => tokens.get(key) === made && tokens.delete(key),
    );
    return made.value;
  }

  /** For all who wait for it: none of them can cancel it. */
  async function fetchToken(url: URL, value: string, scopes: readonly string[]): Promise<Given> {
    const asks = { grant_type: 'client_credentials', ...(scopes.length > 0 && { scope: scopes.join(' ') }) };
    const [id, secret] = [value.slice(0, value.indexOf(':')), value.slice(value.indexOf(':') + 1)];
    // RFC 6749, 2.3.1: both are form-encoded before they become Basic credentials.
    const basic = Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64');
    secrets.add(basic);
    const reply = await wire.send({
      url,
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${basic}`,
      },
      body: new URLSearchParams(asks).toString(),
      signal: new AbortController().signal,
      repeatable: true,
    });
    if (reply.status >= 500 || reply.status === 429)
      throw failure(
        'unavailable',
        `${who} gives no token: its token server answered ${reply.status}. Nothing was sent.`,
      );
    const given = jsonIn(reply.body);
    const text = isNode(given) && typeof given.access_token === 'string' ? given.access_token : '';
    if (reply.status !== 200 || text === '')
      throw failure(
        'refused',
        `${who} gives no token: its token server answered ${reply.status}. Look at the client's credentials.`,
      );
    secrets.add(text);
    const seconds = isNode(given) ? Number(given.expires_in) : NaN;
    return { text, ms: Number.isFinite(seconds) ? seconds * 1_000 : TOKEN_MS };
  }

  async function credential(
    name: string,
    scheme: Scheme,
    scopes: readonly string[],
    address: URL,
  ): Promise<Credentials> {
    const value = values[name] ?? '';
    const none = { headers: {}, query: [], cookies: [], token: false };
    const bearer = (text: string): Credentials => ({ ...none, headers: { authorization: `Bearer ${text}` } });
    switch (scheme.kind) {
      case 'apiKey': {
        const pair = [scheme.name, value] as const;
        if (scheme.place === 'query') return { ...none, query: [pair] };
        if (scheme.place === 'cookie') return { ...none, cookies: [pair] };
        return { ...none, headers: { [scheme.name.toLowerCase()]: value } };
      }
      case 'basic':
        return { ...none, headers: { authorization: `Basic ${Buffer.from(value).toString('base64')}` } };
      case 'bearer':
        return bearer(value);
      case 'oauth2': {
        // A value with a colon is the id and the secret of a client; another one is a token that the operator has.
        if (scheme.tokenUrl === undefined || !value.includes(':')) return bearer(value);
        if (!URL.canParse(scheme.tokenUrl, address.href))
          throw failure('refused', `${who} names no address that gives tokens.`);
        const text = await token(name, new URL(scheme.tokenUrl, address), value, scopes);
        return { ...bearer(text), token: true };
      }
      case 'unknown':
        return none;
      default:
        return scheme satisfies never;
    }
  }

  return {
    async credentialsFor(api, operation, address) {
      let all: Credentials = { headers: {}, query: [], cookies: [], token: false };
      for (const [name, scopes] of Object.entries(chosen(api, operation))) {
        const scheme = api.schemes[name];
        if (!scheme) continue;
        const one = await credential(name, scheme, scopes, address);
        all = {
          headers: { ...all.headers, ...one.headers },
          query: [...all.query, ...one.query],
          cookies: [...all.cookies, ...one.cookies],
          token: all.token || one.token,
        };
      }
      return all;
    },
    forget: () => tokens.clear(),
    wanted: ({ security }) => [...new Set(security.flatMap((needs) => Object.keys(needs)))],
  };
}

function jsonIn(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
