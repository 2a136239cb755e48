/** A host that may be called back when a job ends, as gateway and worker list it. Its name is not looked up here. */
import { isValid, parse } from 'ipaddr.js';
import { z } from 'zod';
import { LOOPBACK_HOST } from '../workflows/contract';

/** Why a host is refused, and what to write instead. */
export const NEVER_CALLED_BACK =
  'is not on the public internet, and is never called back; a receiver on the same machine is named 127.0.0.1:<port>, with its port';

/** `host`, or `host:port`, as in a URL. Gateway and worker must both list it. */
export const Host = z
  .string()
  .refine(isHost, { error: 'a host, or host:port, as it stands in a URL', abort: true })
  .refine((host) => !isNeverCalledBack(host), { error: ({ input }) => `${String(input)} ${NEVER_CALLED_BACK}` });

/**
 * Whether the address or the name alone tells that no delivery to a host can ever succeed.
 *
 * @param host - `host`, or `host:port`, as in a URL
 */
export function isNeverCalledBack(host: string): boolean {
  if (LOOPBACK_HOST.test(host)) return false;
  const { hostname } = new URL(`https://${host}`);
  const address = hostname.replace(/^\[|\]$/g, '');
  return isValid(address) ? parse(address).range() !== 'unicast' : /(^|\.)localhost\.?$/.test(hostname);
}

function isHost(host: string): boolean {
  return !host.includes('*') && URL.canParse(`https://${host}`) && new URL(`https://${host}`).host === host;
}
