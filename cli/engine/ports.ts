/** Finds free ports on this machine. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

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

/** Listens on `port` for a moment. Returns the port (for 0, the one that the system chose), or undefined when it is taken. */
function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const { port: bound } = server.address() as AddressInfo;
      server.close(() => resolve(bound));
    });
  });
}
