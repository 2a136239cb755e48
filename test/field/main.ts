/**
 * Analyzes local clones, compares what the tool says of each with what git says by other commands, and tells what it took.
 * Arguments are paths; `made` stands for a large repository that is made for this.
 */
import { mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createRepositorySteps } from '../../activities/repository/steps';
import type { Findings } from '../../workflows/analyze-repository/tool';
import { makeRepository } from './made';
import { truthOf } from './truth';
import type { Facts } from './truth';
import { createWatch } from './watch';

/** How long the event loop may be held, milliseconds. */
const HELD_MAX_MS = 200;

/** What the tool says, under the names of `truth.ts`. */
function factsOf({ repository, inventory, history }: Findings): Facts {
  return {
    commit: repository.commit ?? 'none',
    files: inventory.files,
    symlinks: inventory.symlinks,
    submodules: inventory.submodules,
    bytes: inventory.bytes,
    largest: inventory.largest.map(({ bytes }) => bytes).join(' '),
    lines: inventory.lines ?? 'not counted',
    'binary files': inventory.binaryFiles ?? 'not counted',
    'LFS pointers': inventory.lfs?.files ?? 0,
    commits: history.commits,
    merges: history.merges,
    authors: history.authors,
    'commits of the first 15': history.topAuthors.map(({ commits }) => commits).join(' '),
    first: history.first ?? 'none',
    last: history.last ?? 'none',
    'odd dates': history.suspiciousDates ?? 0,
    years: history.years.map(({ year, commits }) => `${year}:${commits}`).join(' '),
    'changes of the first 20': history.hotSpots.map(({ commits }) => commits).join(' '),
  };
}

/** Runs the steps in this process, as a worker does. */
async function analyze(path: string, cacheDir: string): Promise<{ findings: Findings; seconds: readonly number[] }> {
  const steps = createRepositorySteps({ cacheDir, localPaths: [dirname(path)], maxBytes: 8 * 1024 ** 3 });
  const seconds: number[] = [];
  const run = async <I, O>(step: (input: I) => Promise<O>, input: I): Promise<O> => {
    const began = performance.now();
    const context = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
    const output = (await context.run(step, input)) as O;
    seconds.push((performance.now() - began) / 1_000);
    return output;
  };
  const repository = await run(steps.fetchRepository, { url: path });
  const inventory = await run(steps.takeInventory, repository);
  const dependencies = await run(steps.readDependencies, repository);
  const history = await run(steps.readHistory, repository);
  const findings = { repository, inventory, dependencies, history };
  await run(steps.writeReport, findings);
  return { findings, seconds };
}

/** @returns how much was wrong */
async function examine(path: string, scratch: string): Promise<number> {
  const watch = createWatch();
  const { findings, seconds } = await analyze(path, join(scratch, 'cache'));
  const seen = await watch.stop();
  const gitDir = statSync(join(path, '.git'), { throwIfNoEntry: false })?.isDirectory() ? join(path, '.git') : path;
  const [facts, truth] = [factsOf(findings), truthOf(gitDir)];
  const wrong = Object.keys(truth).filter((name) => facts[name] !== truth[name]);
  const { inventory, history } = findings;
  const cells = [
    path.split('/').slice(-2).join('/'),
    inventory.files,
    inventory.lines,
    history.commits,
    history.authors,
    `${Object.keys(truth).length - wrong.length} of ${Object.keys(truth).length}`,
    seconds.map((one) => one.toFixed(1)).join(' + '),
    `${Math.round(seen.heldMs)} / ${Math.round(seen.delayMs)}`,
    Math.round(seen.peakBytes / 1024 ** 2),
  ];
  console.log(`| ${cells.join(' | ')} |`);
  for (const name of wrong) console.error(`${path}: ${name}: the tool says ${facts[name]}, git ${truth[name]}`);
  if (seen.heldMs > HELD_MAX_MS) console.error(`${path}: the event loop was held for ${Math.round(seen.heldMs)} ms`);
  return wrong.length + (seen.heldMs > HELD_MAX_MS ? 1 : 0);
}

async function main(): Promise<void> {
  const given = process.argv.slice(2);
  if (given.length === 0)
    throw new Error('Name the folders of local clones, or `made`: npm run field -- ../one ../two made');
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-field-'));
  try {
    const columns =
      'repository | files | lines | commits | authors | facts equal | fetch + files + manifests + history + report, s | held: computing / waiting, ms | peak, MiB';
    console.log(`| ${columns} |\n|${'---|'.repeat(columns.split('|').length)}`);
    let wrong = 0;
    for (const name of given) {
      const path = name === 'made' ? join(scratch, 'made', 'large') : realpathSync(resolve(name));
      if (name === 'made') await makeRepository(path);
      wrong += await examine(path, scratch).catch((error: unknown) => {
        console.error(`${path}: ${String(error)}`);
        return 1;
      });
    }
    process.exitCode = wrong === 0 ? 0 : 1;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
