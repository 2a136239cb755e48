/** How a server begins to listen, and how it ends: what it is asked up to then has its answer. */
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { textOf } from '../../config/address';
import type { Address } from '../../config/address';
import { BadSetting } from '../../config/file';

/** How long answers have that are on their way. */
const DRAIN_MS = 10_000;
const IDLE_MS = 100;

/** Begins to listen. Returns the address of the MCP endpoint. @throws BadSetting when the port cannot be had */
export async function listen(server: HttpServer, { host, port }: Address): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    const refused = ({ code }: NodeJS.ErrnoException): void =>
      reject(
        new BadSetting(
          `The gateway cannot listen on port ${port} of ${host}${code === 'EADDRINUSE' ? ', another program does' : ` (${code})`}: set HOLDFAST_PORT or HOLDFAST_HOST (gateway.port, gateway.host).`,
        ),
      );
    server.once('error', refused).listen(port, host, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return `http://${textOf({ host, port: taken })}/mcp`;
}

/** Takes no more connections from now on. Resolves when the last one has ended, after 10 s at most. */
export async function close(server: HttpServer): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  // A client that keeps its connection alive would keep the process, too.
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_MS);
  const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}
