/** What we lean on in the SDK, one behaviour each: an upgrade that changes one fails here, by name. */
import { Server, createMcpHandler } from '@modelcontextprotocol/server';
import type { McpRequestContext, Result } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { McpServer } from '../../../gateway/mcp/mcp-server';
import { declaring, modernHeaders, modernMeta } from '../../fixtures/raw';

const TASKS = { extensions: { 'io.modelcontextprotocol/tasks': {} } };
const INFO = { name: 'contract', version: '1' };
const created = { resultType: 'task', taskId: 'job_0000000000000000', status: 'working' };
const Loose = z.looseObject({});

type Register = (server: Server, context: McpRequestContext) => void;

/** Sends one request of 2026-07-28 through the SDK alone, with no more of a Request than the gateway gives it. */
async function ask(method: string, params: Record<string, unknown>, register: Register, Kind: typeof Server = Server) {
  const handler = createMcpHandler((context) => {
    const server = new Kind(INFO, { capabilities: { tools: {}, ...TASKS } });
    register(server, context);
    return server;
  });
  const name = params['name'] ?? params['taskId'];
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    ...modernHeaders(method),
    ...(typeof name === 'string' && { 'mcp-name': name }),
  };
  const request = {
    method: 'POST',
    url: 'http://gateway.invalid/mcp',
    headers: { get: (wanted: string) => headers[wanted.toLowerCase()] ?? null },
    signal: new AbortController().signal,
  } as unknown as Request;
  const _meta = { ...modernMeta(TASKS), ...(params['_meta'] as object | undefined) };
  const body = { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } };
  const response = await handler.fetch(request, { parsedBody: body });
  const text = await response.text();
  const data = text.startsWith('{') ? text : (/^data: (.*)$/m.exec(text)?.[1] ?? '{}');
  return {
    request,
    status: response.status,
    text,
    message: JSON.parse(data) as { result?: Record<string, unknown>; error?: { code: number } },
  };
}

const call = { name: 'x', arguments: {} };

test('a bare object with method, headers.get and signal is request enough when the body is parsed', async () => {
  const { message } = await ask('tools/list', {}, (server) =>
    server.setRequestHandler('tools/list', () => ({ tools: [] })),
  );
  expect(message.result).toMatchObject({ tools: [], resultType: 'complete' });
});

test('the factory gets back the very object that it was given', async () => {
  let seen: unknown;
  const { request } = await ask('tools/list', {}, (server, { requestInfo }) => {
    seen = requestInfo;
    server.setRequestHandler('tools/list', () => ({ tools: [] }));
  });
  expect(seen).toBe(request);
});

test('inputResponses are lifted out of the parameters', async () => {
  let seen: unknown[] = [];
  const inputResponses = { q1: { action: 'accept', content: { name: 'Ada' } } };
  await ask('tasks/update', { taskId: 't', inputResponses }, (server) => {
    server.setRequestHandler('tasks/update', { params: Loose }, (params, { mcpReq }) => {
      seen = ['inputResponses' in params, mcpReq.inputResponses];
      return {};
    });
  });
  expect(seen).toEqual([false, inputResponses]);
});

test('without the escape a task does not leave tools/call clean', async () => {
  const { message } = await ask('tools/call', call, (server) =>
    server.setRequestHandler('tools/call', () => created as never),
  );
  expect(message.result).not.toEqual({ ...created, _meta: expect.any(Object) as unknown });
});

test('with the escape it does', async () => {
  const register: Register = (server) =>
    server.setRequestHandler('tools/call', { params: Loose }, () => created as Result);
  const { message } = await ask('tools/call', call, register, McpServer);
  expect(message.result).toMatchObject(created);
  expect(message.result).not.toHaveProperty('content');
});

test('tasks/get is reached with a parameter schema', async () => {
  const { message } = await ask('tasks/get', { taskId: 't' }, (server) => {
    server.setRequestHandler('tasks/get', { params: Loose }, () => ({ taskId: 't' }));
  });
  expect(message.result).toMatchObject({ taskId: 't', resultType: 'complete' });
});

test('the SDK’s own listen knows no tasks', async () => {
  const { text } = await ask(
    'subscriptions/listen',
    { notifications: { taskIds: ['job_0000000000000000'] } },
    () => undefined,
  );
  expect(text).not.toContain('job_0000000000000000');
});

test('a state that cannot be verified is -32602, and the handler is not reached', async () => {
  let reached = false;
  const handler: Register = (server) => {
    server.setRequestHandler('tools/call', { params: Loose }, () => {
      reached = true;
      return { content: [] };
    });
  };
  class Refusing extends McpServer {
    constructor() {
      super(INFO, {
        capabilities: { tools: {} },
        requestState: { verify: () => Promise.reject(new Error('not ours')) },
      });
    }
  }
  const { message } = await ask('tools/call', declaring({}, { ...call, requestState: 'x' }), handler, Refusing);
  expect([message.error?.code, reached]).toEqual([-32602, false]);
});
