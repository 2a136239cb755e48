/** What a job costs where Temporal is paid for: its billable actions, as the server counts them. */
import { newLedger } from '../test/fixtures/ledger';
import { pauseMs } from '../worker/pace';
import { modern } from './client';
import type { Row } from './overhead';
import { benchStack } from './stack';

const HOUR_MS = 3_600_000;
/** Too long to be run here. A tool whose steps may take that long has the first by default. */
const HOURS = [
  { what: 'one step of an hour, after 75 s, the default for it (reckoned)', heartbeatMs: 75_000, aim: '≤ 150' },
  { what: "one step of an hour with heartbeat: '6 s' (reckoned)", heartbeatMs: 6_000 },
] as const;

const JOBS = [
  { what: 'no step', name: 'echo', args: { text: 'x' }, aim: '1' },
  { what: 'one step', name: 'fill', args: { characters: 10 }, aim: '≤ 2' },
  {
    what: 'five steps, a partial result after each',
    name: 'stroll',
    args: { ledger: newLedger().path, steps: ['a', 'b', 'c', 'd', 'e'] },
    aim: '≤ 12',
  },
  { what: 'one step of 30 s, where a lost worker is missed after 6 s', name: 'short_nap', args: { ms: 30_000 } },
  { what: 'one step of 30 s, after 75 s', name: 'long_nap', args: { ms: 30_000 } },
] as const;

/** Runs one job of each kind, and reckons those that take an hour. It has a Temporal of its own: others' actions are not counted. */
export async function actions(): Promise<Row[]> {
  const stack = await benchStack(true);
  await stack.worker();
  const gateway = await stack.gateway();
  const rows: Row[] = [];
  for (const { what, name, args, ...aim } of JOBS) {
    const before = await stack.actions();
    await modern(gateway.url, 'tools/call', { name, arguments: args });
    rows.push({ what, value: String((await stack.actions()) - before), ...aim });
  }
  for (const { what, heartbeatMs, ...aim } of HOURS)
    rows.push({ what, value: String(2 + beatsIn(HOUR_MS, heartbeatMs)), ...aim });
  await stack.stop();
  return rows;
}

function beatsIn(ms: number, heartbeatMs: number): number {
  let beats = 0;
  for (let age = pauseMs(0, heartbeatMs); age < ms; age += pauseMs(age, heartbeatMs)) beats += 1;
  return beats;
}
