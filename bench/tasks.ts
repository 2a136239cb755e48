/** What tasks cost: the way to a handle, polling, notifications, and a thousand subscribers. */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { newLedger } from '../test/fixtures/ledger';
import { declaring, modernHeaders, modernMeta, stream } from '../test/fixtures/raw';
import type { MessageStream } from '../test/fixtures/raw';
import { POLL_MS } from '../gateway/jobs/end';
import { modern } from './client';
import { CONSTANT, load, median } from './load';
import type { Load } from './load';
import type { Row } from './overhead';
import type { BenchStack } from './stack';
import { TASK_QUEUE } from '../workflows/contract';

const TASKS = { extensions: { 'io.modelcontextprotocol/tasks': {} } };
const SETTLE_MS = 20_000;
/** Two long polls: what comes once in each weighs the same in every run. */
const WATCH_MS = 2 * POLL_MS;
const CHANGES = 10;
/** Ways to a handle are measured in turns with bare starts: what a machine does meanwhile touches both. */
const TURNS = 5;
/** Calls of each way before the first turn: a process that has just begun compiles its code while it runs. */
const WARM = 300;

/** Measures on a gateway whose calls become tasks at once. `calls` of each kind; `subscribers` on as many jobs. */
export async function tasks(stack: BenchStack, calls: number, subscribers: number): Promise<Row[]> {
  const gateway = await stack.gateway();
  const worker = await stack.worker();
  const { path } = newLedger();
  const begin = async (ledger: string, steps: string[]): Promise<string> => {
    const call = declaring({ tasks: true }, { name: 'stroll', arguments: { ledger, steps } });
    return String((await modern(gateway.url, 'tools/call', call)).message.result?.['taskId']);
  };
  const subscribe = (taskIds: string[]) =>
    stream(
      gateway.url,
      { id: 1, method: 'subscriptions/listen', params: { notifications: { taskIds }, _meta: modernMeta(TASKS) } },
      modernHeaders('subscriptions/listen'),
    );

  // Steps that wait at their gates fill a worker: the one measurement that needs a worker comes first.
  const delays = await notificationDelays(begin, subscribe);
  worker.kill('SIGKILL');

  const connection = await Connection.connect({ address: stack.address });
  const { workflow } = new Client({ connection });
  const floor = await stack.floor([]);
  const ways = {
    bare: () =>
      workflow.start('walk', {
        taskQueue: TASK_QUEUE,
        workflowId: randomUUID(),
        args: [{ ledger: path, steps: ['gated'] }],
      }),
    sdk: () => modern(floor.url, 'tools/call', { name: CONSTANT, arguments: { text: 'x' } }),
    gateway: () => begin(path, ['gated']),
  };
  for (const way of Object.values(ways)) await load(WARM, 5, way);
  const turns: Record<keyof typeof ways, Load>[] = [];
  for (let turn = 0; turn < TURNS; turn += 1)
    turns.push({
      bare: await load(calls / TURNS, 1, ways.bare),
      sdk: await load(calls / TURNS, 1, ways.sdk),
      gateway: await load(calls / TURNS, 1, ways.gateway),
    });
  const ms = (way: keyof typeof ways): string =>
    `${median(turns.map((turn) => turn[way].p50)).toFixed(1)} / ${median(turns.map((turn) => turn[way].p95)).toFixed(1)}`;
  await connection.close();
  await floor.stop();
  const taskId = await begin(path, ['gated']);
  const before = await gateway.usage();
  const getting = await load(calls * 10, 16, () =>
    modern(gateway.url, 'tasks/get', declaring({ tasks: true }, { taskId })),
  );
  const after = await gateway.usage();

  const ids = await Promise.all(Array.from({ length: subscribers }, () => begin(path, ['gated'])));
  const empty = await gateway.memory();
  const streams = await Promise.all(ids.map((id) => subscribe([id])));
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const from = await gateway.usage();
  await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
  const to = await gateway.usage();
  const full = await gateway.memory();
  streams.forEach(({ hangUp }) => hangUp());
  await gateway.stop();
  return [
    {
      what: 'a start by a bare Temporal client, p50 / p95, ms',
      value: ms('bare'),
    },
    { what: 'an answer of the SDK without Temporal, p50 / p95, ms', value: ms('sdk') },
    { what: 'call to handle, one at a time, p50 / p95, ms', value: ms('gateway') },
    {
      what: 'the same to the start alone, at p50',
      value: median(turns.map(({ bare, gateway }) => gateway.p50 / bare.p50)).toFixed(2),
      aim: '≤ 1.3',
    },
    {
      what: 'the same to both floors, start and SDK, at p50',
      value: median(turns.map(({ bare, sdk, gateway }) => gateway.p50 / (bare.p50 + sdk.p50))).toFixed(2),
    },
    { what: 'tasks/get, 16 at a time, per second', value: getting.perSecond.toFixed(0) },
    {
      what: 'tasks/get, CPU of the gateway, ms each',
      value: ((after.cpuUs - before.cpuUs) / calls / 10 / 1000).toFixed(2),
    },
    {
      what: 'a step begins to its notification, median / worst, s',
      value: `${median(delays).toFixed(1)} / ${Math.max(...delays).toFixed(1)}`,
    },
    {
      what: `gateway RSS with 0 / ${subscribers} subscribers, MB`,
      value: `${empty.rss.toFixed(0)} / ${full.rss.toFixed(0)}`,
    },
    {
      what: `RPCs to Temporal with ${subscribers} subscribers, per second and subscriber`,
      value: ((to.rpcs - from.rpcs) / (WATCH_MS / 1000) / subscribers).toFixed(2),
      aim: '≤ 0.2',
    },
    {
      what: `gateway CPU with ${subscribers} subscribers, % of a core`,
      value: ((to.cpuUs - from.cpuUs) / WATCH_MS / 10).toFixed(0),
    },
  ];
}

/** Seconds from the moment that a step begins to the moment that a subscriber hears of it. */
async function notificationDelays(
  begin: (ledger: string, steps: string[]) => Promise<string>,
  subscribe: (taskIds: string[]) => Promise<MessageStream>,
): Promise<number[]> {
  const ledger = newLedger();
  const steps = Array.from({ length: CHANGES }, (_, n) => `gated${n}`);
  const { messages } = await subscribe([await begin(ledger.path, steps)]);
  const heard = new Map<string, number>();
  const hearing = (async () => {
    for await (const { params } of messages) {
      const name = /Taking (gated\d+)/.exec(String(params?.['statusMessage']))?.[1];
      if (name !== undefined && !heard.has(name)) heard.set(name, performance.now());
    }
  })();
  const delays: number[] = [];
  for (const name of steps) {
    await ledger.written(`begin ${name}`);
    const begun = performance.now();
    while (!heard.has(name)) await new Promise((resolve) => setTimeout(resolve, 5));
    delays.push(Math.max(0, (heard.get(name) ?? begun) - begun) / 1000);
    ledger.open(name);
  }
  await hearing;
  return delays;
}
