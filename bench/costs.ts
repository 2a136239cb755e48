/**
 * CPU of the gateway for each kind of request, next to its floor: what the SDK costs with constants for answers, and where the
 * request needs Temporal, what a bare client costs that asks it for the least.
 */
import { newLedger } from '../test/fixtures/ledger';
import { declaring, modern } from '../test/fixtures/raw';
import { load, median } from './load';
import type { Row } from './overhead';
import type { BenchGateway, BenchStack, Floor } from './stack';

const AT_ONCE = 5;

interface Kind {
  readonly what: string;
  readonly request: (url: string) => Promise<unknown>;
  /** What the gateway has to ask of Temporal. */
  readonly bare?: 'describe' | 'start and result';
  readonly calls: number;
  readonly aim: number;
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
  const kinds: Kind[] = [
    { what: 'tools/list', request: (url) => modern(url, 'tools/list'), calls: calls * 5, aim: 1.2 },
    {
      what: 'tasks/get',
      request: (url) => modern(url, 'tasks/get', declaring({ tasks: true }, { taskId })),
      bare: 'describe',
      calls: calls * 5,
      aim: 1.3,
    },
    {
      what: 'tools/call',
      request: (url) => modern(url, 'tools/call', { name: 'echo', arguments: { text: 'x' } }),
      bare: 'start and result',
      calls,
      aim: 1.4,
    },
  ];
  const rows: Row[] = [];
  for (const kind of kinds) {
    await measured(kind, gateway, floor); // warm
    const rounded: Awaited<ReturnType<typeof measured>>[] = [];
    for (let round = 0; round < rounds; round += 1) rounded.push(await measured(kind, gateway, floor));
    const ms = (pick: (of: (typeof rounded)[number]) => number): string => median(rounded.map(pick)).toFixed(2);
    const beside = kind.bare === undefined ? '' : ` + ${kind.bare}`;
    rows.push({
      what: `${kind.what}: gateway, and floor${beside}, ms of CPU`,
      value: `${ms(({ ours }) => ours)}, ${ms(({ sdk }) => sdk)}${kind.bare === undefined ? '' : ` + ${ms(({ bare }) => bare)}`}`,
    });
    rows.push({
      what: `${kind.what}: to the floor${beside}`,
      value: ms(({ ours, sdk, bare }) => ours / (sdk + bare)),
      aim: `≤ ${kind.aim}`,
    });
    if (kind.what === 'tools/call')
      rows.push({ what: 'tools/call: RPCs to Temporal for each', value: ms(({ rpcs }) => rpcs), aim: '2' });
  }
  worker.kill('SIGKILL');
  await gateway.stop();
  await floor.stop();
  return rows;
}

/** Milliseconds of CPU for one request of that kind: of the gateway, of the SDK alone, and of a bare client. */
async function measured({ request, bare, calls }: Kind, gateway: BenchGateway, floor: Floor) {
  const before = await gateway.usage();
  await load(calls, AT_ONCE, () => request(gateway.url));
  const after = await gateway.usage();
  const from = await floor.cpuUs();
  await load(calls, AT_ONCE, () => request(floor.url));
  const to = await floor.cpuUs();
  return {
    ours: (after.cpuUs - before.cpuUs) / calls / 1000,
    rpcs: (after.rpcs - before.rpcs) / calls,
    sdk: (to - from) / calls / 1000,
    bare: bare === undefined ? 0 : (await floor.bare({ what: bare, count: calls, atOnce: AT_ONCE })) / 1000,
  };
}
