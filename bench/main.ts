/** `npm run bench`: every measurement in one run, as one table. `--quick` for a look, `--json` for scripts. It asserts nothing. */
import { cpus } from 'node:os';
import { actions } from './actions';
import { costs } from './costs';
import { fairness } from './fairness';
import { overhead } from './overhead';
import type { Row } from './overhead';
import { recovery } from './recovery';
import { benchStack } from './stack';
import { tasks } from './tasks';
import { toolCosts } from './tools';
import { upstreams } from './upstreams';
import { waiting } from './waiting';

const quick = process.argv.includes('--quick');
const size = quick
  ? { rounds: 1, calls: 50, jobs: 100, kills: 1, lists: 100 }
  : { rounds: 5, calls: 100, jobs: 1_000, kills: 3, lists: 1_000 };

async function main(): Promise<void> {
  const tuned = await benchStack(true);
  const table: [string, Row[]][] = [
    ['Tuned Temporal dev server', await overhead(tuned, size.rounds, size.calls)],
    ['CPU next to the floors', await costs(tuned, size.rounds, size.calls)],
    ['Number of tools', await toolCosts(tuned, size.calls)],
    ['A worker killed in mid-step', await recovery(tuned, size.kills)],
    ['Billable actions for a job', await actions()],
    ['Two tenants', await fairness(tuned, size.jobs / 2)],
    ['Tasks', await tasks(tuned, size.calls, size.jobs)],
    ['Waiting', await waiting(tuned, size.jobs)],
    ['Upstreams', await upstreams(tuned, size)],
  ];
  await tuned.stop();
  const stock = await benchStack(false);
  table.push(['Stock Temporal dev server', await overhead(stock, 1, size.calls)]);
  await stock.stop();
  if (process.argv.includes('--json')) return console.log(JSON.stringify(Object.fromEntries(table), null, 2));
  console.log(
    `Node ${process.versions.node}, ${cpus().length} cores; medians of ${size.rounds} rounds of ${size.calls} calls (stock server: one round)\n`,
  );
  for (const [title, rows] of table) {
    console.log(`${title}\n`);
    for (const { what, value, aim } of rows)
      console.log(`  ${what.padEnd(70)} ${value.padStart(14)}${aim === undefined ? '' : `   aim ${aim}`}`);
    console.log('');
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
