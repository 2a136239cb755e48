/** A host that may be called back when a job ends, as gateway and worker list it. Where its name leads is not asked here. */
import { isValid, parse } from 'ipaddr.js';
import { z } from 'zod';
import { LOOPBACK_HOST } from '../workflows/contract';

/** Why a host is refused, and what to name in its place. */
export const NEVER_CALLED_BACK =
  'is not on the public internet, and is never called back; a receiver on the same machine is named 127.0.0.1:<port>, with its port';

/** `host`, or `host:port`, as a URL has it: gateway and worker must both name it. */
export const Host = z
  .string()
  .refine(isHost, { error: 'a host, or host:port, as it stands in a URL', abort: true })
  .refine((host) => !isNeverCalledBack(host), { error: ({ input }) => `${String(input)} ${NEVER_CALLED_BACK}` });

/** Whether no delivery to a host, as a URL has it, can ever succeed: what its address or its name says by itself. */
export function isNeverCalledBack(host: string): boolean {
  if (LOOPBACK_HOST.test(host)) return false;
  const { hostname } = new URL(`https://${host}`);
  const address = hostname.replace(/^\[|\]$/g, '');
  return isValid(address) ? parse(address).range() !== 'unicast' : /(^|\.)localhost\.?$/.test(hostname);
}

function isHost(host: string): boolean {
  return !host.includes('*') && URL.canParse(`https://${host}`) && new URL(`https://${host}`).host === host;
}
