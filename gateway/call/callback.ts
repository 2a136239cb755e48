/** Where a caller wants to hear of the end of its job. Checked here, before anything starts, and again at each delivery. */
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { NEVER_CALLED_BACK, isNeverCalledBack } from '../../config/host';
import { CALLBACK_MAX, LOOPBACK_HOST } from '../../workflows/contract';
import type { Callback } from '../../workflows/contract';

export const CALLBACK_META = 'io.holdfast/callback';

/**
 * Reads the callback of a request from its `_meta` or, without one, from its header.
 *
 * @throws ProtocolError (-32602) with a sentence that says what to do
 */
export type ReadCallback = (meta: unknown, header: string | undefined) => Callback | undefined;

/** @param allowedHosts - the hosts that may be called back, `host` or `host:port` as in a URL */
export function createReadCallback(allowedHosts: readonly string[]): ReadCallback {
  return (meta, header) => {
    if (meta === undefined && header === undefined) return undefined;
    const given = meta === undefined ? header : urlIn(meta);
    if (typeof given !== 'string' || given.length > CALLBACK_MAX || !URL.canParse(given))
      throw refusal(
        `must be an https URL of at most ${CALLBACK_MAX} characters: _meta["${CALLBACK_META}"] = { url }, or the header Holdfast-Callback: <url>`,
      );
    const url = new URL(given);
    if (url.username !== '' || url.password !== '')
      throw refusal('must not carry credentials: it is recorded with the job. The signature tells who is calling');
    if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refusal('must begin with https://');
    if (isNeverCalledBack(url.host)) throw refusal(`names a host that ${NEVER_CALLED_BACK}`);
    if (url.protocol === 'http:' && !LOOPBACK_HOST.test(url.host))
      throw refusal('must begin with https://, since only 127.0.0.1:<port> may be plain http');
    if (!allowedHosts.includes(url.host))
      throw refusal(
        'names a host that is not allowed here. Ask the operator to add it to gateway.webhooks.allowed_hosts, or poll with job_wait',
      );
    return { url: url.href };
  };
}

function urlIn(meta: unknown): unknown {
  return typeof meta === 'object' && meta !== null && 'url' in meta ? meta.url : undefined;
}

function refusal(what: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `The callback ${what}. Nothing was started.`);
}
