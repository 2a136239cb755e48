/**
 * The address of the Web UI. Temporal's own answers whoever reaches it, so that any page in a browser could drive it: under a name
 * that leads to this machine (DNS rebinding), or by a form that is sent across sites. It therefore listens where no page finds it, and
 * this passes on to it what the UI's own pages ask for.
 */
import { once } from 'node:events';
import { createServer, request as ask } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import type { HiddenAddress } from './ports';

/** The names of this machine, with any port: it may be forwarded to another one. */
const OWN = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i;

export interface WebUi {
  readonly url: string;
  /** Stops at once; requests under way are cut off. */
  readonly close: () => void;
}

/**
 * Listens on loopback, and passes on to the Web UI at `hidden` each request whose `Host` is this machine and whose `Origin`, if it has
 * one, is that same host.
 *
 * @param port - 0: any free one
 * @throws Error when the port is taken
 */
export async function showWebUi(hidden: HiddenAddress, port: number): Promise<WebUi> {
  const server = createServer((request, response) => {
    if (isOwn(request)) passOn(request, response, hidden);
    else end(request, response, 403, 'The Web UI is for pages of its own, at an address of this machine.');
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function isOwn({ headers: { host = '', origin } }: IncomingMessage): boolean {
  return OWN.test(host) && (origin === undefined || origin === `http://${host}`);
}

function passOn(request: IncomingMessage, response: ServerResponse, { host, port }: HiddenAddress): void {
  const { method, url, headers } = request;
  const passed = ask({ host, port, method, path: url, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    pipeline(answer, response, () => undefined); // either side may hang up
  });
  passed.on('error', () => {
    if (response.headersSent) response.destroy();
    else end(request, response, 502, 'Temporal does not answer. It is started again when it has ended.');
  });
  response.once('close', () => passed.destroy());
  request.pipe(passed);
}

/** Answers without the rest of the request. */
function end(request: IncomingMessage, response: ServerResponse, status: number, sentence: string): void {
  request.resume();
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(`${sentence}\n`);
}
