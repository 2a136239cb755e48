/** HTTP servers for the tests of upstreams: the SDK's of both versions, and one that does as it is told. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Given } from '../../../workflows/upstream-contract';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** The message of MCP. */
  readonly message: Given;
}

export interface Web {
  readonly url: string;
  readonly received: readonly Received[];
  /** MCP methods in the order in which they came. */
  methods(): unknown[];
  stop(): Promise<void>;
}

type Answer = (request: Received, response: ServerResponse, raw: IncomingMessage) => void | Promise<void>;

const servers: Server[] = [];

export async function startWeb(answer: Answer): Promise<Web> {
  const received: Received[] = [];
  const server = createServer((raw, response) => {
    void text(raw).then(async (body) => {
      const headers = raw.headers as Received['headers'];
      const request: Received = {
        method: raw.method ?? '',
        path: raw.url ?? '',
        headers,
        body,
        message: body.startsWith('{') ? (JSON.parse(body) as Given) : {},
      };
      received.push(request);
      await answer(request, response, raw);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  const methods = (): unknown[] => received.flatMap(({ message }) => message['method'] ?? []);
  return { url: `http://127.0.0.1:${port}/mcp`, received, methods, stop };
}

export async function stopAll(): Promise<void> {
  await Promise.all(
    servers.splice(0).map((server) => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    }),
  );
}

export const json = (
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void =>
  void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

/** A server of 2025-11-25 by hand: `onCall` answers tools/call, and `before` may answer anything in its place. */
export const legacy =
  (onCall: Answer, before: (request: Received, response: ServerResponse) => boolean = () => false): Answer =>
  (request, response, raw) => {
    if (before(request, response)) return;
    const { id, method } = request.message;
    const result = (value: Given): void => json(response, { jsonrpc: '2.0', id, result: value }, 200, SESSION);
    if (request.method !== 'POST') return void response.writeHead(405).end();
    switch (method) {
      case 'initialize':
        return result({
          protocolVersion: '2025-11-25',
          capabilities: { tools: {} },
          serverInfo: { name: 'by hand', version: '1' },
        });
      case 'tools/list':
        return result({ tools: [{ name: 'work', inputSchema: { type: 'object' } }] });
      case 'tools/call':
        return onCall(request, response, raw);
      case 'server/discover':
        return json(response, { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } });
      default:
        return void response.writeHead(202).end();
    }
  };

const SESSION = { 'mcp-session-id': 's1' };
