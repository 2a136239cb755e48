/**
 * Lets a program that connects by itself, such as git, reach what the guard lets it reach: a proxy on loopback for one run of
 * the program. Each connection is checked when it is made, so names that change and redirects lead nowhere else.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { EgressError } from './error';
import { createGuard, hostAndPort } from './guard';
import type { Resolve } from './guard';

/** How long one connection may take to be made, milliseconds. */
const CONNECT_MS = 15_000;

export interface Tunnel {
  /** For the variable `https_proxy`. It holds a password, so that no other program on this machine comes through. */
  readonly proxy: string;
  /** Why the last connection was not made; undefined while none has failed. */
  failure(): EgressError | undefined;
  /** Ends every connection. */
  close(): void;
}

/** Opens a tunnel for a program that is about to read `url`. */
export type OpenTunnel = (url: URL) => Promise<Tunnel>;

/**
 * Creates the function that opens tunnels.
 *
 * @param allow - `host:port` pairs that may be private addresses when they are the program's own url, and no redirect's
 * @param resolve - as for `createGuard`
 */
export function createTunnels(allow: readonly string[], resolve?: Resolve): OpenTunnel {
  const guard = createGuard(allow, resolve);

  return async (url) => {
    const user = `tunnel:${randomUUID()}`;
    const known = `Basic ${Buffer.from(user).toString('base64')}`;
    const sockets = new Set<Socket>();
    let failed: EgressError | undefined;

    /** Connects to `authority`, a host and a port. */
    async function reach(authority: string): Promise<Socket> {
      if (!URL.canParse(`https://${authority}`)) throw new EgressError('bad_url');
      const target = new URL(`https://${authority}`);
      const lookup = guard(target, hostAndPort(target) === hostAndPort(url));
      const host = target.hostname.replace(/^\[|\]$/g, '');
      const signal = AbortSignal.timeout(CONNECT_MS);
      const socket = connect({ host, port: Number(target.port || 443), lookup, autoSelectFamily: true });
      sockets.add(socket.on('error', () => undefined).once('close', () => sockets.delete(socket)));
      try {
        await once(socket, 'connect', { signal });
        return socket;
      } catch (error) {
        socket.destroy();
        throw signal.aborted ? new EgressError('timeout') : error;
      }
    }

    const server = createServer((_request, response) => response.writeHead(405).end());
    server.on('connect', ({ headers, url: authority = '' }, client: Socket) => {
      sockets.add(client.on('error', () => undefined).once('close', () => sockets.delete(client)));
      if (headers['proxy-authorization'] !== known) return client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return void reach(authority).then(
        (socket) => {
          client.write('HTTP/1.1 200 Connected\r\n\r\n');
          pipeline(client, socket, client, () => socket.destroy());
        },
        (error: unknown) => {
          failed = error instanceof EgressError ? error : new EgressError('connection', { cause: error });
          client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
        },
      );
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return {
      proxy: `http://${user}@127.0.0.1:${(server.address() as AddressInfo).port}`,
      failure: () => failed,
      close: () => {
        server.close();
        for (const socket of sockets) socket.destroy();
      },
    };
  };
}
