/**
 * What the SDK and Temporal's client cost by themselves, in a process of their own: an endpoint that asks of Temporal what the gateway
 * has to ask, by a bare client, and answers through the SDK behind a bare HTTP server; and that client alone, which describes and runs
 * jobs as often as it is asked to. What is named {@link CONSTANT} is answered without Temporal.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, createMcpHandler } from '@modelcontextprotocol/server';
import type { Tool } from '@modelcontextprotocol/server';
import { Client, Connection } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { z } from 'zod';
import { TASK_QUEUE } from '../workflows/contract';
import { CONSTANT, load } from './load';

/** What the bare client is asked to do, so many times, so many at a time. */
export interface Order {
  readonly what: 'describe' | 'start and result';
  readonly count: number;
  readonly atOnce: number;
}

const listed = { tools: JSON.parse(readFileSync(process.env['BENCH_LIST'] ?? '', 'utf8')) as Tool[] };
/** The tools that it has, and the workflows behind them. */
const tools: Readonly<Record<string, (input: unknown) => readonly [workflow: string, input: unknown]>> = {
  echo: (input) => ['echo', input],
  fill: (input) => ['singleStep', { step: 'fill', input }],
  stroll: (input) => ['walk', input],
};
const task = {
  taskId: 'job_0000000000000000',
  status: 'working',
  createdAt: new Date().toISOString(),
  lastUpdatedAt: new Date().toISOString(),
  ttlMs: 1,
  pollIntervalMs: 1,
};

let workflow: Client['workflow'] | undefined;
let job: WorkflowHandle | undefined;

const started = async (tool: string, input: unknown): Promise<WorkflowHandle | undefined> => {
  const [type, arg] = tools[tool]?.(input) ?? [tool, input];
  return workflow?.start(type, { taskQueue: TASK_QUEUE, workflowId: randomUUID(), args: [arg] });
};

const handler = createMcpHandler(() => {
  const server = new Server(
    { name: 'floor', version: '0' },
    { capabilities: { tools: {}, extensions: { 'io.modelcontextprotocol/tasks': {} } } },
  );
  server.setRequestHandler('tools/list', () => listed);
  server.setRequestHandler('tools/call', async ({ params: { name, arguments: input } }) => {
    const output: unknown = name === CONSTANT ? { text: 'x' } : await (await started(name, input))?.result();
    return {
      content: [{ type: 'text' as const, text: JSON.stringify(output) }],
      structuredContent: output as Record<string, unknown>,
    };
  });
  server.setRequestHandler('tasks/get', { params: z.looseObject({ taskId: z.string() }) }, async ({ taskId }) => {
    if (taskId !== CONSTANT) await job?.describe();
    return task;
  });
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
  workflow = new Client({ connection }).workflow;
  const start = () => started('echo', { text: 'x' });
  job = await start();
  const doing = {
    describe: async (): Promise<unknown> => job?.describe(),
    'start and result': async (): Promise<unknown> => (await start())?.result(),
  };

  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1', () => {
    process.on('message', (order: Order | 'usage' | 'memory') => {
      if (order === 'memory') for (let n = 0; n < 2; n += 1) global.gc?.();
      if (order === 'usage' || order === 'memory')
        return process.send?.({ cpu: process.cpuUsage(), memory: process.memoryUsage() });
      const before = process.cpuUsage();
      void load(order.count, order.atOnce, doing[order.what]).then((done) =>
        process.send?.({ cpu: process.cpuUsage(before), memory: process.memoryUsage(), load: done }),
      );
    });
    process.once('disconnect', () => process.exit(0));
    process.send?.({ ready: true, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp` });
  });
}

void main();
