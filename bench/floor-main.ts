/**
 * What the SDK and Temporal's client cost by themselves, in a process of their own: an endpoint that answers with constants, through
 * the SDK behind a bare HTTP server; and a bare Temporal client, which describes and runs jobs as often as it is asked to.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, createMcpHandler } from '@modelcontextprotocol/server';
import type { Tool } from '@modelcontextprotocol/server';
import { Client, Connection } from '@temporalio/client';
import { z } from 'zod';
import { TASK_QUEUE } from '../workflows/contract';
import { load } from './load';

/** What the bare client is asked to do, so many times, so many at a time. */
export interface Order {
  readonly what: 'describe' | 'start and result';
  readonly count: number;
  readonly atOnce: number;
}

const listed = { tools: JSON.parse(readFileSync(process.env['BENCH_LIST'] ?? '', 'utf8')) as Tool[] };
const called = { content: [{ type: 'text' as const, text: 'x' }], structuredContent: { text: 'x' } };
const task = {
  taskId: 'job_0000000000000000',
  status: 'working',
  createdAt: new Date().toISOString(),
  lastUpdatedAt: new Date().toISOString(),
  ttlMs: 1,
  pollIntervalMs: 1,
};

const handler = createMcpHandler(() => {
  const server = new Server(
    { name: 'floor', version: '0' },
    { capabilities: { tools: {}, extensions: { 'io.modelcontextprotocol/tasks': {} } } },
  );
  server.setRequestHandler('tools/list', () => listed);
  server.setRequestHandler('tools/call', () => called);
  server.setRequestHandler('tasks/get', { params: z.looseObject({ taskId: z.string() }) }, () => task);
  return server;
});

/** With `parsedBody` the SDK reads no more of a Request than this; a real one would raise the floor. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const get = (name: string): string | null => String(request.headers[name.toLowerCase()] ?? '') || null;
  const asked = { method: 'POST', url: 'http://floor.invalid/mcp', headers: { get }, signal: undefined };
  const { status, headers, body } = await handler.fetch(asked as unknown as Request, {
    parsedBody: JSON.parse(Buffer.concat(chunks).toString()) as unknown,
  });
  response.writeHead(status, Object.fromEntries(headers));
  if (body) for await (const chunk of body) response.write(chunk);
  response.end();
}

async function main(): Promise<void> {
  const connection = await Connection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '' });
  const { workflow } = new Client({ connection });
  const start = () =>
    workflow.start('echo', { taskQueue: TASK_QUEUE, workflowId: randomUUID(), args: [{ text: 'x' }] });
  const job = await start();
  const doing = {
    describe: () => job.describe(),
    'start and result': async (): Promise<unknown> => (await start()).result(),
  };

  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1', () => {
    process.on('message', (order: Order | 'usage') => {
      if (order === 'usage') return process.send?.({ cpu: process.cpuUsage() });
      const before = process.cpuUsage();
      void load(order.count, order.atOnce, doing[order.what]).then((done) =>
        process.send?.({ cpu: process.cpuUsage(before), load: done }),
      );
    });
    process.once('disconnect', () => process.exit(0));
    process.send?.({ ready: true, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp` });
  });
}

void main();
