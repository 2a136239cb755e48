/**
 * CPU of the gateway for each kind of request, next to its floor: the SDK and a bare client that asks Temporal for the least, in one
 * process. The aims are for that. Apart, the two cost less than together: a process that waits for Temporal between two halves of a request
 * wakes up twice.
 */
import { newLedger } from '../test/fixtures/ledger';
import { declaring } from '../test/fixtures/raw';
import { modern } from './client';
import { CONSTANT, load, median } from './load';
import type { Row } from './overhead';
import type { BenchGateway, BenchStack, Floor } from './stack';

const AT_ONCE = 5;
/**
 * Calls before each measurement: code that V8 has not compiled costs more, and a process that idles for half a minute, while others are
 * measured, forgets what it has compiled.
 */
const WARM = 1_500;

interface Kind {
  readonly what: string;
  readonly request: (url: string) => Promise<unknown>;
  /** An equal request that the floor answers without asking Temporal: what the SDK alone costs. */
  readonly constant?: (url: string) => Promise<unknown>;
  /** What the gateway has to ask of Temporal. */
  readonly bare?: 'describe' | 'start and result';
  readonly calls: number;
  readonly aim: number;
}

/** What one request costs, milliseconds of CPU: of the gateway, of its floor, of the SDK alone, and of a bare client. */
interface Cost {
  readonly ours: number;
  readonly floor: number;
  readonly sdk: number;
  readonly bare: number;
  /** Requests of the gateway to Temporal. */
  readonly rpcs: number;
}

/** Measures each kind in `rounds` rounds of `calls` calls. */
export async function costs(stack: BenchStack, rounds: number, calls: number): Promise<Row[]> {
  const worker = await stack.worker();
  const gateway = await stack.gateway();
  const floor = await stack.floor((await modern(gateway.url, 'tools/list')).message.result?.['tools']);
  const begun = declaring(
    { tasks: true },
    { name: 'stroll', arguments: { ledger: newLedger().path, steps: ['gated'] } },
  );
  const taskId = String((await modern(gateway.url, 'tools/call', begun)).message.result?.['taskId']);
  const get = (url: string, id: string) => modern(url, 'tasks/get', declaring({ tasks: true }, { taskId: id }));
  const call = (url: string, name: string) => modern(url, 'tools/call', { name, arguments: { text: 'x' } });
  const kinds: Kind[] = [
    { what: 'tools/list', request: (url) => modern(url, 'tools/list'), calls: calls * 5, aim: 1.2 },
    {
      what: 'tasks/get',
      request: (url) => get(url, taskId),
      constant: (url) => get(url, CONSTANT),
      bare: 'describe',
      calls: calls * 5,
      aim: 1.3,
    },
    {
      what: 'tools/call',
      request: (url) => call(url, 'echo'),
      constant: (url) => call(url, CONSTANT),
      bare: 'start and result',
      calls,
      aim: 1.4,
    },
  ];
  const rows: Row[] = [];
  for (const kind of kinds) {
    const rounded: Cost[] = [];
    for (let round = 0; round < rounds; round += 1) rounded.push(await measured(kind, gateway, floor));
    const ms = (pick: (of: Cost) => number): string => median(rounded.map(pick)).toFixed(2);
    rows.push(
      {
        what: `${kind.what}: gateway, and floor, ms of CPU`,
        value: `${ms(({ ours }) => ours)}, ${ms(({ floor }) => floor)}`,
      },
      {
        what: `${kind.what}: to the floor`,
        value: ms(({ ours, floor }) => ours / floor),
        aim: `≤ ${kind.aim}`,
      },
    );
    if (kind.bare !== undefined)
      rows.push(
        {
          what: `${kind.what}: SDK, and ${kind.bare}, apart, ms of CPU`,
          value: `${ms(({ sdk }) => sdk)}, ${ms(({ bare }) => bare)}`,
        },
        { what: `${kind.what}: to their sum`, value: ms(({ ours, sdk, bare }) => ours / (sdk + bare)) },
      );
    if (kind.what === 'tools/call')
      rows.push({ what: 'tools/call: RPCs to Temporal for each', value: ms(({ rpcs }) => rpcs), aim: '2' });
  }
  worker.kill('SIGKILL');
  await gateway.stop();
  await floor.stop();
  return rows;
}

async function measured({ request, constant, bare, calls }: Kind, gateway: BenchGateway, floor: Floor): Promise<Cost> {
  const costOf = async (cpuUs: () => Promise<number>, run: () => Promise<unknown>): Promise<number> => {
    await load(WARM, AT_ONCE, run);
    const before = await cpuUs();
    await load(calls, AT_ONCE, run);
    return ((await cpuUs()) - before) / calls / 1000;
  };
  const asked = async (): Promise<number> => (await gateway.usage()).rpcs;
  const before = await asked();
  const ours = await costOf(
    async () => (await gateway.usage()).cpuUs,
    () => request(gateway.url),
  );
  return {
    ours,
    rpcs: ((await asked()) - before) / (WARM + calls),
    floor: await costOf(floor.cpuUs, () => request(floor.url)),
    sdk: constant ? await costOf(floor.cpuUs, () => constant(floor.url)) : 0,
    bare: bare === undefined ? 0 : await bareCost(bare, calls, floor),
  };
}

/** What a bare client costs by itself, milliseconds of CPU. */
async function bareCost(what: NonNullable<Kind['bare']>, calls: number, floor: Floor): Promise<number> {
  await floor.bare({ what, count: WARM, atOnce: AT_ONCE });
  return (await floor.bare({ what, count: calls, atOnce: AT_ONCE })) / 1000;
}
