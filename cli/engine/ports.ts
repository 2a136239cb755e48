/** Finds free ports on this machine. */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

const LOOPBACK = '127.0.0.1';

/** A port on loopback that is free: `wanted`, or else the next free one after it. For 0: any free one. None of `except`. */
export async function freePort(wanted = 0, except: ReadonlySet<number> = new Set()): Promise<number> {
  for (let port = wanted; port < 65_536; port += wanted === 0 ? 0 : 1) {
    const found = await tryPort(port);
    if (found !== undefined && !except.has(found)) return found;
  }
  throw new Error(`No port from ${wanted} upwards is free.`);
}

/** Whether nothing listens on `port`. */
export async function isFree(port: number): Promise<boolean> {
  return (await tryPort(port)) !== undefined;
}

/** An address of this machine, with a port that is free. */
export interface HiddenAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * An address that no page in a browser finds by trying: one of the 16 million of loopback, and one of some 28,000 ports. On a system
 * whose loopback is 127.0.0.1 alone, such as macOS, there is only the port to find.
 */
export async function hiddenAddress(): Promise<HiddenAddress> {
  const host = `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}`;
  const port = await tryPort(0, host);
  return port === undefined ? { host: LOOPBACK, port: await freePort() } : { host, port };
}

/** Listens on `port` for a moment. Returns the port (for 0, the one that the system chose), or undefined when it is taken. */
function tryPort(port: number, host = LOOPBACK): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, host, () => {
      const { port: bound } = server.address() as AddressInfo;
      server.close(() => resolve(bound));
    });
  });
}
