/** What a job costs where Temporal is paid for: its billable actions, as the server counts them. */
import { newLedger } from '../test/fixtures/ledger';
import { modern } from '../test/fixtures/raw';
import { pauseMs } from '../worker/pace';
import type { Row } from './overhead';
import type { BenchStack } from './stack';

const HOUR_MS = 3_600_000;
/** What a tool has by default whose steps may take that long. */
const HOUR_HEARTBEAT_MS = 75_000;

const JOBS = [
  { what: 'no step', name: 'echo', args: { text: 'x' }, aim: '1' },
  { what: 'one step', name: 'fill', args: { characters: 10 }, aim: '≤ 2' },
  {
    what: 'five steps, a partial result after each',
    name: 'stroll',
    args: { ledger: newLedger().path, steps: ['a', 'b', 'c', 'd', 'e'] },
    aim: '≤ 12',
  },
  { what: 'one step of 30 s, 6 s until a lost worker is missed', name: 'short_nap', args: { ms: 30_000 } },
  { what: 'one step of 30 s, 75 s', name: 'long_nap', args: { ms: 30_000 } },
] as const;

/** Runs one job of each kind, and reckons those that take an hour. */
export async function actions(stack: BenchStack): Promise<Row[]> {
  const worker = await stack.worker();
  const gateway = await stack.gateway();
  const rows: Row[] = [];
  for (const { what, name, args, ...aim } of JOBS) {
    const before = await stack.actions();
    await modern(gateway.url, 'tools/call', { name, arguments: args });
    rows.push({ what, value: String((await stack.actions()) - before), ...aim });
  }
  for (const [heartbeatMs, aim] of [[6_000], [HOUR_HEARTBEAT_MS, '≤ 150']] as const) {
    const count = 2 + beatsIn(HOUR_MS, heartbeatMs);
    rows.push({
      what: `one step of an hour, ${heartbeatMs / 1000} s (reckoned)`,
      value: String(count),
      ...(aim && { aim }),
    });
  }
  worker.kill('SIGKILL');
  await gateway.stop();
  return rows;
}

function beatsIn(ms: number, heartbeatMs: number): number {
  let beats = 0;
  for (let age = pauseMs(0, heartbeatMs); age < ms; age += pauseMs(age, heartbeatMs)) beats += 1;
  return beats;
}
