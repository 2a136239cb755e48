/** One project of one case, from `init` to its built processes. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { hasOwnWorker, runBuilt, runOwnWorker, sdkVersion } from './built';
import { INSTALL, nameOf } from './cases';
import type { Case } from './cases';
import { Background, STEP_MS, run } from './programs';
import { addSlowTool, editSlowTool } from './slow-tool';

/** What was tried, and how long it took; `failed` where something did not hold. */
export type Row = Readonly<Record<string, string>>;

const inSeconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** The package as it is packed, and as it is installed from that. */
export interface Package {
  readonly tarball: string;
  /** Path of the command that `npm create` runs. */
  readonly create: string;
}

/** @param scratch - the folder that gets the project's */
export async function adopt(kase: Case, given: Package, scratch: string): Promise<Row> {
  const row: Record<string, string> = {};
  const root = join(scratch, nameOf(kase).replaceAll('/', '-'));
  const holds = async (what: string, check: () => unknown): Promise<void> => {
    const startedAt = Date.now();
    const said = await check();
    row[what] = typeof said === 'string' ? said : inSeconds(startedAt);
    console.log(`${nameOf(kase)}: ${what} ${row[what]}`);
  };
  const holdfast = (...args: readonly string[]) => void run(root, ['npx', 'holdfast', ...args]);
  let dev: Background | undefined;
  try {
    await holds('init', () => makeProject(root, kase, given));
    await holds('install', () => void run(root, INSTALL[kase.manager]));
    addSlowTool(root, kase);
    await holds('check', () => holdfast('check'));
    if (kase.language === 'ts') await holds('types', () => void run(root, ['npx', 'tsc']));
    const started = Background.start(root, ['npx', 'holdfast', 'dev'], { HOLDFAST_PORT: '0' });
    dev = started;
    await holds('dev', () => started.says('Holdfast is ready').then(() => undefined));
    await holds('call', () => {
      const said = run(root, ['npx', 'holdfast', 'call', 'greet', '{"name":"Ada"}']);
      if (!said.includes(', Ada!')) throw new Error(said);
    });
    await holds('edit', () => editUnderJob(root, kase, started));
    await holds('stop', () => started.stop());
    await holds('test', () => holdfast('test'));
    await holds('build', () => holdfast('build'));
    await holds('built', () => runBuilt(root, join(scratch, 'temporal', nameOf(kase), 'built')));
    if (hasOwnWorker(kase))
      await holds('own worker', () => runOwnWorker(root, kase, join(scratch, 'temporal', nameOf(kase), 'own')));
  } catch (error) {
    row['failed'] = error instanceof Error ? error.message : String(error);
  } finally {
    await dev?.stop();
  }
  return row;
}

function makeProject(root: string, kase: Case, { tarball, create }: Package): void {
  const options = [...(kase.language === 'js' ? ['--js'] : []), ...(kase.modules === 'cjs' ? ['--cjs'] : [])];
  run(dirname(root), ['node', create, root, ...options]);
  const path = join(root, 'package.json');
  const made = JSON.parse(readFileSync(path, 'utf8')) as { dependencies: Record<string, string> };
  made.dependencies['holdfast'] = `file:${tarball}`;
  if (hasOwnWorker(kase)) made.dependencies['@temporalio/worker'] = sdkVersion();
  writeFileSync(path, JSON.stringify(made, null, 2));
}

/** Edits the workflow of a job that runs: it ends on the code that it began with, although that of the edit could not go on with it. */
async function editUnderJob(root: string, kase: Case, dev: Background): Promise<string> {
  const callSlow = (file: string): Background =>
    Background.start(root, ['npx', 'holdfast', 'call', 'slow', JSON.stringify({ file })]);
  const release = join(root, 'release');
  const before = callSlow(release);
  for (const deadline = Date.now() + STEP_MS; Date.now() < deadline; await pause(100))
    if (run(root, ['npx', 'holdfast', 'jobs', 'list', '--running']).includes('slow')) break;
  const from = dev.said.length;
  editSlowTool(root, kase);
  const editedAt = Date.now();
  await dev.says('Taken up', from);
  const took = inSeconds(editedAt);
  const after = await callSlow(join(root, 'package.json')).end();
  if (existsSync(release)) throw new Error('The first job was let go on too early.');
  writeFileSync(release, '');
  const ofTheOld = await before.end();
  if (!ofTheOld.includes('old, in a thread') || !after.includes('new, in a thread'))
    throw new Error(`The running job: ${ofTheOld}\nThe new one: ${after}\n${dev.said.slice(from)}`);
  return took;
}
