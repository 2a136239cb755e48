/** Where clients look for OAuth. There is none, and they are told what to send instead. */
import type { ServerResponse } from 'node:http';

/** The metadata of RFC 9728, RFC 8414 and OpenID, at every place where clients look; and the endpoints that they guess without. */
const OAUTH = /^(\/mcp)?\/(\.well-known\/(oauth-|openid-configuration)|(register|authorize|token)\/?$)/;

/** Whether a client that asks for `path` looks for OAuth. */
export const isOfOAuth = (path: string | undefined): boolean => path !== undefined && OAUTH.test(path);

/** @param keyed - whether callers need an API key */
export function answerNoOAuth(response: ServerResponse, keyed: boolean): void {
  const instead = keyed
    ? 'Send an API key of this gateway with each request to /mcp: Authorization: Bearer <key>.'
    : 'Callers need no key: send requests to /mcp without Authorization.';
  // The form in which OAuth's endpoints refuse (RFC 6749, 5.2): clients show its description.
  const refusal = { error: 'not_found', error_description: `This gateway has no OAuth. ${instead}` };
  response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify(refusal));
}
