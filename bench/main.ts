/**
 * `npm run bench`: every measurement in one run, each table as soon as it is measured. `--quick` for a look, `--json` for scripts, the
 * beginning of a title for that table alone (`-- upstreams`). It asserts nothing.
 */
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
const asJson = process.argv.includes('--json');
const size = quick
  ? { rounds: 1, calls: 50, jobs: 100, kills: 1, lists: 100 }
  : { rounds: 5, calls: 100, jobs: 1_000, kills: 3, lists: 1_000 };

const chosen = process.argv.slice(2).filter((word) => !word.startsWith('--'));

const tables = new Map<string, Row[]>();

async function main(): Promise<void> {
  if (!asJson)
    console.log(
      `Node ${process.versions.node}, ${cpus().length} cores; medians of ${size.rounds} rounds of ${size.calls} calls (stock server: one round)\n`,
    );
  const tuned = await benchStack(true);
  await measured('Tuned Temporal dev server', () => overhead(tuned, size.rounds, size.calls));
  await measured('CPU next to the floors', () => costs(tuned, size.rounds, size.calls));
  await measured('Number of tools', () => toolCosts(tuned, size.calls));
  await measured('A worker killed in mid-step', () => recovery(tuned, size.kills));
  await measured('Billable actions for a job', () => actions());
  await measured('Two tenants', () => fairness(tuned, size.jobs / 2));
  await measured('Tasks', () => tasks(tuned, size.calls, size.jobs));
  await measured('Waiting', () => waiting(tuned, size.jobs));
  await tuned.stop();
  // The jobs that were not to end would take the places of the next worker's steps: what needs one has a Temporal of its own.
  const fresh = await benchStack(true);
  await measured('Upstreams', () => upstreams(fresh, size));
  await fresh.stop();
  const stock = await benchStack(false);
  await measured('Stock Temporal dev server', () => overhead(stock, 1, size.calls));
  await stock.stop();
  if (asJson) console.log(JSON.stringify(Object.fromEntries(tables), null, 2));
}

/** Measures, and prints the table at once: the next one may take minutes. */
async function measured(title: string, measure: () => Promise<Row[]>): Promise<void> {
  if (chosen.length > 0 && !chosen.some((word) => title.toLowerCase().startsWith(word.toLowerCase()))) return;
  const rows = await measure();
  tables.set(title, rows);
  if (asJson) return;
  console.log(`${title}\n`);
  for (const { what, value, aim } of rows)
    console.log(`  ${what.padEnd(70)} ${value.padStart(14)}${aim === undefined ? '' : `   aim ${aim}`}`);
  console.log('');
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
