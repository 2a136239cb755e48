/**
 * What it costs that a tool of an MCP server is durable: a call through a gateway, a workflow and a worker against the same call made
 * directly; five servers of a hundred tools; and whether anything grows when a server is listed again and again.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client as McpClient } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client, Connection } from '@temporalio/client';
import { SIGNAL_REFRESH, listingId } from '../workflows/upstream-contract';
import { modern } from './client';
import { load, median } from './load';
import type { Load } from './load';
import type { Row } from './overhead';
import type { BenchGateway, BenchStack, Memory } from './stack';

const SERVER = join(__dirname, 'upstream-server.js');
const HELLO = { text: 'Hello.' };
/** How often something is looked at that is waited for, milliseconds. */
const LOOK_MS = 10;
/** Listings before memory is measured for the first time: what is kept is there by then. */
const WARM_LISTS = 50;
/** Servers whose lists change. */
const RESTLESS = 10;

export interface Size {
  readonly rounds: number;
  readonly calls: number;
  readonly lists: number;
}

const configOf = (upstreams: Readonly<Record<string, readonly string[]>>): string =>
  JSON.stringify({
    upstreams: Object.fromEntries(
      Object.entries(upstreams).map(([name, args]) => [name, { command: process.execPath, args: [SERVER, ...args] }]),
    ),
  });

export async function upstreams(stack: BenchStack, size: Size): Promise<Row[]> {
  return [...(await callCosts(stack, size)), ...(await manyTools(stack, size)), ...(await refreshes(stack, size))];
}

/** Ends a worker, and waits until it is gone: the next one would share its work. */
async function ended(worker: ChildProcess): Promise<void> {
  const gone = once(worker, 'exit');
  worker.kill('SIGKILL');
  await gone;
}

async function callCosts(stack: BenchStack, { rounds, calls }: Size): Promise<Row[]> {
  const config = configOf({ one: ['10'] });
  const worker = await stack.worker(config);
  const gateway = await stack.gateway(10, config);
  await listed(gateway.url, ['one']);
  const client = new McpClient({ name: 'bench', version: '0' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [SERVER, '10'] }));

  const direct = async (): Promise<void> => {
    await client.callTool({ name: 'say_0', arguments: HELLO });
  };
  const durable = async (): Promise<void> => {
    const { message, text } = await modern(gateway.url, 'tools/call', { name: 'one_say_0', arguments: HELLO });
    if (!message.result || message.result['isError'] === true) throw new Error(text);
  };
  await load(20, 5, direct); // warm
  await load(20, 5, durable);
  const results: { readonly one: readonly [Load, Load]; readonly many: readonly [Load, Load] }[] = [];
  for (let round = 0; round < rounds; round += 1)
    results.push({
      one: [await load(calls / 2, 1, direct), await load(calls / 2, 1, durable)],
      many: [await load(calls, 20, direct), await load(calls, 20, durable)],
    });
  const of = (pick: (result: (typeof results)[number]) => number): string => median(results.map(pick)).toFixed(1);
  await client.close();
  await gateway.stop();
  await ended(worker);
  return [
    { what: 'a call, 1 at a time: directly, p50 ms', value: of(({ one: [a] }) => a.p50) },
    {
      what: 'a call, 1 at a time: durable, p50 / p95 ms',
      value: `${of(({ one: [, b] }) => b.p50)} / ${of(({ one: [, b] }) => b.p95)}`,
    },
    { what: 'a call, 1 at a time: added at p50, ms', value: of(({ one: [a, b] }) => b.p50 - a.p50), aim: '< 30' },
    { what: 'calls, 20 at a time: directly, per second', value: of(({ many: [a] }) => a.perSecond) },
    { what: 'calls, 20 at a time: durable, per second', value: of(({ many: [, b] }) => b.perSecond) },
  ];
}

/** Waits until something of each is offered. @returns how long that took, milliseconds */
async function listed(url: string, upstreams: readonly string[]): Promise<number> {
  const began = performance.now();
  for (;;) {
    const { text } = await modern(url, 'tools/list');
    if (upstreams.every((name) => text.includes(`"${name}_say_0"`))) return performance.now() - began;
    await pause(LOOK_MS);
  }
}

async function manyTools(stack: BenchStack, { calls }: Size): Promise<Row[]> {
  const names = ['a', 'b', 'c', 'd', 'e'].map((letter) => `many-${letter}`);
  const config = configOf(Object.fromEntries(names.map((name) => [name, ['100']])));
  const bare = await stack.gateway();
  const few = await listCost(bare, calls);
  await bare.stop();
  const began = performance.now();
  const [worker, gateway] = await Promise.all([stack.worker(config), stack.gateway(10, config)]);
  await listed(gateway.url, names);
  const startedMs = performance.now() - began;
  const many = await listCost(gateway, calls);
  const again = await stack.gateway(10, config);
  const knownMs = await listed(again.url, names);
  await again.stop();
  await gateway.stop();
  await ended(worker);
  const shown = ({ cpuUs, kilobytes }: ListCost): string =>
    `${cpuUs.toFixed(0)}, ${kilobytes.toFixed(0)} KB, ${(cpuUs / kilobytes).toFixed(1)}`;
  const megabytes = ({ memory: { rss, heap } }: ListCost): string => `${rss.toFixed(0)}, ${heap.toFixed(0)}`;
  return [
    {
      what: '5 upstreams × 100 tools: worker and gateway started until all are listed, s',
      value: (startedMs / 1_000).toFixed(1),
    },
    {
      what: '5 upstreams × 100 tools: listed by a gateway that starts later, ms after it is ready',
      value: knownMs.toFixed(0),
    },
    { what: 'tools/list with 10 tools: gateway CPU µs per request, size, µs per KB', value: shown(few) },
    {
      what: 'tools/list with 510 tools: gateway CPU µs per request, size, µs per KB',
      value: shown(many),
      aim: 'flat per KB',
    },
    { what: 'gateway with 10 tools: RSS, heap, MB', value: megabytes(few) },
    { what: 'gateway with 510 tools: RSS, heap, MB', value: megabytes(many) },
  ];
}

interface ListCost {
  readonly cpuUs: number;
  readonly kilobytes: number;
  readonly memory: Memory;
}

async function listCost(gateway: BenchGateway, calls: number): Promise<ListCost> {
  const list = () => modern(gateway.url, 'tools/list');
  await load(20, 5, list); // warm
  const { text } = await list();
  const before = await gateway.usage();
  await load(calls, 5, list);
  const after = await gateway.usage();
  const memory = await gateway.memory();
  return { cpuUs: (after.cpuUs - before.cpuUs) / calls, kilobytes: Buffer.byteLength(text) / 1024, memory };
}

/**
 * Servers of a hundred tools whose lists are others each time: the worker lists them, the engine keeps them, the gateway takes them up.
 * They are several, since Temporal lets an execution begin a new run once a second at most.
 */
async function refreshes(stack: BenchStack, { lists }: Size): Promise<Row[]> {
  const names = Array.from({ length: RESTLESS }, (_, n) => `restless-${n}`);
  const config = configOf(Object.fromEntries(names.map((name) => [name, ['100', 'changes']])));
  const worker = await stack.worker(config);
  const gateway = await stack.gateway(10, config);
  await listed(gateway.url, names);
  const connection = await Connection.connect({ address: stack.address });
  const { workflow } = new Client({ connection });
  const refresh = async (name: string): Promise<void> => {
    const listing = workflow.getHandle(listingId(name));
    const { runId } = await listing.describe();
    await listing.signal(SIGNAL_REFRESH);
    while ((await listing.describe()).runId === runId) await pause(LOOK_MS); // what has changed begins a new run
  };
  const refreshAll = async (times: number): Promise<void> => {
    for (let n = 0; n < times; n += RESTLESS) await Promise.all(names.map(refresh));
  };
  const memory = async (): Promise<readonly [Memory, Memory]> => [await stack.memoryOf(worker), await gateway.memory()];
  await refreshAll(WARM_LISTS);
  const before = await memory();
  await refreshAll(lists);
  const after = await memory();
  await connection.close();
  await gateway.stop();
  await ended(worker);
  const grown = (which: 0 | 1): string => {
    const [a, b] = [before[which], after[which]];
    return `${a.rss.toFixed(0)} → ${b.rss.toFixed(0)}, ${a.heap.toFixed(1)} → ${b.heap.toFixed(1)}`;
  };
  return [
    {
      what: `worker before and after ${lists} lists that are others each time: RSS, heap, MB`,
      value: grown(0),
      aim: 'no growth',
    },
    { what: 'gateway before and after them: RSS, heap, MB', value: grown(1), aim: 'no growth' },
  ];
}
