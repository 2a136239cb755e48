/** Hosts on loopback that answer as they are told, gone after the test; and a canary that counts who knocks. */
import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server, ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server as TcpServer, Socket } from 'node:net';
import type { EgressReply, EgressRequest } from '../../../activities/egress/egress';
import { EgressError } from '../../../activities/egress/error';
import type { Resolve } from '../../../activities/egress/guard';

export const asked = (changes: Partial<EgressRequest> = {}): EgressRequest => ({
  signal: new AbortController().signal,
  timeoutMs: 10_000,
  maxBytes: 1_000,
  ...changes,
});

/** Resolves every name to `addresses`, and counts how often it was asked. */
export function naming(...addresses: string[]): Resolve & { asked: number } {
  const resolve = (): Promise<LookupAddress[]> => {
    resolve.asked += 1;
    return Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
  };
  resolve.asked = 0;
  return resolve;
}

/** Why there was no reply; or its status, if there was one. */
export const reasonOf = async (reply: Promise<EgressReply>): Promise<unknown> =>
  reply.then(
    ({ status }) => status,
    (error: unknown) => (error instanceof EgressError ? error.reason : error),
  );

/** A port of 127.0.0.1 and of ::1, and how often it was connected to in this test. */
export const canary = { port: 0, knocks: 0 };
const canaries: TcpServer[] = [];
beforeAll(async () => {
  for (const host of ['127.0.0.1', '::1']) {
    const server = createTcpServer((socket) => {
      canary.knocks += 1;
      socket.destroy();
    });
    await once(server.listen(canary.port, host), 'listening');
    canary.port = portOf(server);
    canaries.push(server);
  }
});
beforeEach(() => (canary.knocks = 0));
afterAll(() => canaries.forEach((server) => server.close()));

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** A server on loopback, and the `allow` entry that lets it be reached. */
export async function serving(
  listener: RequestListener,
  host = '127.0.0.1',
  at = 0,
): Promise<[url: string, allow: string, server: Server]> {
  const server = createServer(listener);
  servers.push(server);
  await once(server.listen(at, host), 'listening');
  const authority = `${host.includes(':') ? `[${host}]` : host}:${portOf(server)}`;
  return [`http://${authority}`, authority, server];
}

/** A server that answers whatever it is asked with these bytes and then does as told; and the end of its connection. */
export async function saying(bytes: string, then: (socket: Socket) => void = () => undefined) {
  let hungUp: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => (hungUp = resolve));
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined).on('close', () => server.close(hungUp));
    socket.once('data', () => socket.write(bytes, () => then(socket)));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const allow = `127.0.0.1:${portOf(server)}`;
  return { url: `http://${allow}`, allow: [allow], closed };
}

/** One byte at a time: no single wait is long. */
export function trickle(response: ServerResponse): void {
  const timer = setInterval(() => response.write('.'), 20);
  response.on('close', () => clearInterval(timer));
}

function portOf(server: TcpServer): number {
  const { port } = server.address() as AddressInfo;
  return port;
}
