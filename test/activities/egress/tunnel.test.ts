/** What comes through a tunnel: the bytes of a program that knows the password, to addresses that are checked at that moment. */
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { createTunnels } from '../../../activities/egress/tunnel';
import type { Tunnel } from '../../../activities/egress/tunnel';
import { canary, naming, serving } from './world';

/** Asks a tunnel for a connection, as git does. */
async function asked(
  { proxy }: Pick<Tunnel, 'proxy'>,
  authority: string,
): Promise<{ status: unknown; socket: Socket }> {
  const { hostname, port, username, password } = new URL(proxy);
  const headers = { 'proxy-authorization': `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
  const sent = request({ host: hostname, port, method: 'CONNECT', path: authority, headers }).end();
  const [{ statusCode }, socket] = (await once(sent, 'connect')) as [IncomingMessage, Socket];
  return { status: statusCode, socket };
}

test('bytes go through to a host that the operator lists, and its end is passed on', async () => {
  const [, allow] = await serving((_request, response) => response.end('hello'));
  const tunnel = await createTunnels([allow])(new URL(`https://${allow}/x`));
  const { status, socket } = await asked(tunnel, allow);
  expect(status).toBe(200);
  socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  const chunks = await socket.toArray();
  expect(Buffer.concat(chunks as Buffer[]).toString()).toContain('hello');
  expect(tunnel.failure()).toBeUndefined();
  tunnel.close();
});

test('a redirect to a listed host is not followed from another one', async () => {
  const allow = `127.0.0.1:${canary.port}`;
  const tunnel = await createTunnels([allow])(new URL('https://git.example/x'));
  expect((await asked(tunnel, allow)).status).toBe(502);
  expect(tunnel.failure()).toMatchObject({ reason: 'forbidden_address' });
  expect(canary.knocks).toBe(0);
  tunnel.close();
});

test('a name is checked in the moment in which it is connected to', async () => {
  const resolve = naming('127.0.0.1');
  const tunnel = await createTunnels([], resolve)(new URL(`https://git.example:${canary.port}/x`));
  for (let n = 1; n <= 3; n += 1) {
    expect((await asked(tunnel, `git.example:${canary.port}`)).status).toBe(502);
    expect(resolve.asked).toBe(n);
  }
  expect(canary.knocks).toBe(0);
  tunnel.close();
});

test('nobody comes through without the password', async () => {
  const allow = `127.0.0.1:${canary.port}`;
  const tunnel = await createTunnels([allow])(new URL(`https://${allow}/x`));
  const proxy = tunnel.proxy.replace(/tunnel:[^@]+/, 'tunnel:guess');
  expect((await asked({ proxy }, allow)).status).toBe(403);
  expect(canary.knocks).toBe(0);
  tunnel.close();
});
