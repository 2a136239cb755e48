/**
 * `npm run adopt`: the packed package as its users get it. Fresh folders outside of the checkout, by each package manager that is here, in
 * TypeScript and JavaScript, as ES modules and CommonJS: init, check, dev, call, an edit under a running job, test, build, the built
 * processes. Prints a table; ends with 1 when something does not hold. Arguments name the cases that are to run, such as `npm/ts/esm`.
 */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { packageRoot } from '../../cli/root';

const STEP_MS = 300_000;
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-adopt-'));

interface Case {
  readonly manager: 'npm' | 'pnpm' | 'yarn';
  readonly language: 'ts' | 'js';
  readonly modules: 'esm' | 'cjs';
}

const CASES: readonly Case[] = [
  { manager: 'npm', language: 'ts', modules: 'esm' },
  { manager: 'npm', language: 'js', modules: 'cjs' },
  { manager: 'npm', language: 'ts', modules: 'cjs' },
  { manager: 'npm', language: 'js', modules: 'esm' },
  { manager: 'pnpm', language: 'ts', modules: 'esm' },
  { manager: 'yarn', language: 'ts', modules: 'esm' },
];

/** How each manager installs, without asking and without scripts of packages that it would not run anyway. */
const INSTALL: Readonly<Record<Case['manager'], readonly string[]>> = {
  npm: ['npm', 'install', '--no-audit', '--no-fund', '--loglevel=error'],
  pnpm: ['npx', '--yes', 'pnpm@9', 'install', '--no-frozen-lockfile'],
  yarn: ['npx', '--yes', 'yarn@1.22.22', 'install', '--non-interactive', '--ignore-engines'],
};

function run(cwd: string, command: readonly string[], env: NodeJS.ProcessEnv = process.env): string {
  const [program = '', ...args] = command;
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env, encoding: 'utf8', timeout: STEP_MS });
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}.\n${stdout}${stderr}`);
  return stdout + stderr;
}

/** Packs what is built. Returns the path of the tarball, and says how large it is. */
function packed(): string {
  run(packageRoot(), ['npm', 'pack', '--ignore-scripts', '--pack-destination', scratch]);
  const [name = ''] = readdirSync(scratch).filter((file) => file.endsWith('.tgz'));
  const path = join(scratch, name);
  console.log(`${name}: ${(statSync(path).size / 1000).toFixed(0)} kB`);
  return path;
}

/** A tool whose first step waits until a file is there. */
function addSlowTool(root: string, { language, modules }: Case): void {
  const folder = join(root, 'tools', 'slow');
  mkdirSync(folder);
  const es = (text: string): string =>
    modules === 'cjs' && language === 'js'
      ? text
          .replaceAll(/^import (\{[^}]*\}) from ('[^']+');/gm, 'const $1 = require($2);')
          .replaceAll(/^export const (\w+) =/gm, 'exports.$1 =')
      : text;
  const ts = language === 'ts';
  const write = (name: string, text: string): void => writeFileSync(join(folder, `${name}.${language}`), es(text));
  write(
    'tool',
    `import { defineTool, z } from 'holdfast';
export const slow = defineTool({
  name: 'slow', description: 'Waits for a file.', workflow: 'slow',
  input: z.object({ file: z.string() }), output: z.object({ by: z.string() }), annotations: { readOnlyHint: true },
});
`,
  );
  write(
    'steps',
    `import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { step } from 'holdfast/steps';
export const hold = step(async ({ file }${ts ? ': { file: string }' : ''}, { signal }) => {
  while (!existsSync(file)) await pause(50, undefined, { signal });
});
export const sign = step(async ({ by }${ts ? ': { by: string }' : ''}) => ({ by }));
`,
  );
  write('workflow', workflowText(ts, 'old', es));
}

function workflowText(ts: boolean, by: string, es: (text: string) => string = (text) => text): string {
  return es(`import { job } from 'holdfast/workflow';
${ts ? "import type * as steps from './steps';\nimport type { slow as tool } from './tool';\n" : ''}
export const slow = job${ts ? '<typeof tool, typeof steps>' : ''}(async ({ file }, job) => {
  const steps = job.steps();
  ${by === 'new' ? "await steps.sign({ by: 'an inserted step' });" : ''}
  await steps.hold({ file });
  return steps.sign({ by: '${by}' });
});
`);
}

class Dev {
  said = '';
  private constructor(private readonly child: ChildProcess) {
    process.once('SIGTERM', () => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
      process.exit(1);
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (data: Buffer) => (this.said += data.toString()));
  }
  static start(cwd: string): Dev {
    return new Dev(
      spawn('npx', ['holdfast', 'dev'], {
        cwd,
        env: { ...process.env, HOLDFAST_PORT: '0' },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      }),
    );
  }
  /** Waits until it says that, after the first `from` characters. */
  async says(text: string, from = 0): Promise<string> {
    for (const deadline = Date.now() + STEP_MS; ; await pause(20)) {
      if (this.said.slice(from).includes(text)) return this.said.slice(from);
      if (this.child.exitCode !== null || Date.now() > deadline)
        throw new Error(`dev did not say "${text}":\n${this.said}`);
    }
  }
  async stop(): Promise<void> {
    if (this.child.pid !== undefined && this.child.exitCode === null) {
      const ended = new Promise((resolve) => this.child.once('exit', resolve));
      process.kill(-this.child.pid, 'SIGTERM');
      await ended;
    }
  }
}

const callSlow = (cwd: string, file: string): Promise<string> =>
  new Promise((resolve) => {
    const child = spawn('npx', ['holdfast', 'call', 'slow', JSON.stringify({ file })], { cwd });
    let said = '';
    child.stdout.on('data', (data: Buffer) => (said += data.toString()));
    child.once('exit', () => resolve(said));
  });

/** One row of the table: what was tried, and what came of it. */
type Row = Record<string, string>;

async function adopt(kase: Case, tarball: string): Promise<Row> {
  const { manager, language, modules } = kase;
  const row: Row = { case: `${manager}/${language}/${modules}` };
  const root = join(scratch, `${manager}-${language}-${modules}`);
  const holds = async (what: string, check: () => unknown): Promise<void> => {
    const startedAt = Date.now();
    const said = await check();
    row[what] = typeof said === 'string' ? said : `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
  };
  let dev: Dev | undefined;
  try {
    await holds('init', () => {
      const holdfast = join(packageRoot(), 'cli', 'holdfast.mjs');
      const options = [...(language === 'js' ? ['--js'] : []), ...(modules === 'cjs' ? ['--cjs'] : [])];
      run(scratch, ['node', holdfast, 'init', root, ...options]);
      const path = join(root, 'package.json');
      const made = JSON.parse(readFileSync(path, 'utf8')) as { dependencies: Record<string, string> };
      made.dependencies['holdfast'] = `file:${tarball}`;
      writeFileSync(path, JSON.stringify(made, null, 2));
    });
    await holds('install', () => run(root, INSTALL[manager]) && undefined);
    addSlowTool(root, kase);
    await holds('check', () => run(root, ['npx', 'holdfast', 'check']) && undefined);
    if (language === 'ts') await holds('types', () => run(root, ['npx', 'tsc']) && undefined);
    const started = Dev.start(root);
    dev = started;
    await holds('dev', () => started.says('Holdfast is ready').then(() => undefined));
    await holds('call', () => {
      const said = run(root, ['npx', 'holdfast', 'call', 'greet', '{"name":"Ada"}']);
      if (!said.includes(', Ada!')) throw new Error(said);
    });
    await holds('edit', async () => {
      const release = join(root, 'release');
      const before = callSlow(root, release);
      for (const deadline = Date.now() + STEP_MS; Date.now() < deadline; await pause(100))
        if (run(root, ['npx', 'holdfast', 'jobs', 'list', '--running']).includes('slow')) break;
      const from = started.said.length;
      addEdited(root, kase);
      const editedAt = Date.now();
      const said = await started.says('Taken up', from);
      const took = `${((Date.now() - editedAt) / 1000).toFixed(1)} s`;
      const there = join(root, 'package.json');
      const after = await callSlow(root, there);
      writeFileSync(release, '');
      const [old, fresh] = [(await before).includes('old'), after.includes('new')];
      if (!old || !fresh) throw new Error(`The running job: ${await before}\nThe new one: ${after}\n${said}`);
      return took;
    });
    await holds('stop', () => started.stop());
    await holds('test', () => run(root, ['npx', 'holdfast', 'test']) && undefined);
    await holds('build', () => {
      run(root, ['npx', 'holdfast', 'build']);
      // Without a Temporal, each says in a sentence what it lacks: its code was loaded.
      for (const kind of ['gateway', 'worker']) {
        const { stdout, stderr } = spawnSync('node', [join('dist', kind, 'main.js')], {
          cwd: root,
          env: { PATH: process.env['PATH'], TEMPORAL_ADDRESS: '127.0.0.1:1', HOLDFAST_PORT: '0', HOLDFAST_SECRET: 'x' },
          encoding: 'utf8',
          timeout: 30_000,
        });
        if (!/HOLDFAST_SECRET|Temporal/.test(stdout + stderr)) throw new Error(`${kind}: ${stdout}${stderr}`);
      }
    });
  } catch (error) {
    row['failed'] = error instanceof Error ? error.message : String(error);
  } finally {
    await dev?.stop();
  }
  return row;
}

function addEdited(root: string, { language, modules }: Case): void {
  const text = workflowText(language === 'ts', 'new');
  const es =
    language === 'js' && modules === 'cjs'
      ? text
          .replaceAll(/^import (\{[^}]*\}) from ('[^']+');/gm, 'const $1 = require($2);')
          .replaceAll(/^export const (\w+) =/gm, 'exports.$1 =')
      : text;
  writeFileSync(join(root, 'tools', 'slow', `workflow.${language}`), es);
}

async function main(wanted: readonly string[]): Promise<void> {
  const tarball = packed();
  const rows: Row[] = [];
  for (const kase of CASES) {
    const name = `${kase.manager}/${kase.language}/${kase.modules}`;
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const row = await adopt(kase, tarball);
    rows.push(row);
    console.log(
      Object.entries(row)
        .map(([what, said]) => `${what} ${said}`)
        .join(' · '),
    );
  }
  console.table(rows.map(({ failed, ...row }) => ({ ...row, holds: failed === undefined ? 'yes' : 'NO' })));
  const failed = rows.filter((row) => row['failed'] !== undefined);
  if (failed.length === 0) rmSync(scratch, { recursive: true, force: true });
  else console.log(`Left as it was: ${scratch}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

void main(process.argv.slice(2));
