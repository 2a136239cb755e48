/**
 * Makes a clean clone runnable: installs what package-lock.json names and compiles the sources, each only when it is not
 * current. Plain JavaScript without dependencies, since it runs before there are any.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const SOURCES = [
  'activities',
  'bench',
  'cli',
  'config',
  'gateway',
  'test/conformance',
  'test/fixtures',
  'test/long-clients',
  'worker',
  'workflows',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
];
const INSTALLED = join(root, 'node_modules', '.holdfast-installed');
const BUILT = join(root, 'dist', '.built');

/** Installs and compiles where needed. Ends the process with a sentence when it cannot. */
export function setup() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 3))
    end(`Holdfast needs Node 20.3 or newer; this is ${process.versions.node}. Get one at https://nodejs.org.`);
  if (!existsSync(join(root, 'tsconfig.build.json')) || current()) return; // installed from a registry, or nothing to do
  const problem = locked(() => {
    if (!installed()) {
      console.error('Setting up: installing packages (once, about a minute)…');
      const install = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
      // One that was interrupted may still be tidying up under the feet of the next.
      const problem = npm(install, '') && npm(install, 'Is the npm registry reachable? If so, start again.');
      if (problem) return problem;
      writeFileSync(INSTALLED, lockHash());
    }
    if (!built()) {
      console.error('Setting up: compiling (some 10 seconds)…');
      const problem = npm(['run', '--silent', 'build'], 'It says why above.');
      if (problem) return problem;
      writeFileSync(BUILT, '');
    }
  });
  if (problem) end(problem);
}

const current = () => installed() && built();
const lockHash = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
const installed = () => existsSync(INSTALLED) && readFileSync(INSTALLED, 'utf8') === lockHash();
const built = () =>
  existsSync(BUILT) && SOURCES.every((source) => newest(join(root, source)) <= statSync(BUILT).mtimeMs);

/** When anything at or below `path` changed last. */
function newest(path) {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  return stat.isDirectory()
    ? Math.max(
        stat.mtimeMs,
        ...readdirSync(path).map((name) => (name === 'node_modules' ? 0 : newest(join(path, name)))),
      )
    : stat.mtimeMs;
}

/** Runs npm; returns a sentence when it fails. */
function npm(args, advice) {
  // Under npm, its own entry point; it need not be on PATH.
  const [command, ...before] = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const { status, error } = spawnSync(command, [...before, ...args], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) return `npm ${args[0]} failed${error ? ` (${error.message})` : ''}. ${advice}`;
}

/** Runs `work` while no other process sets up the same checkout. Returns what it returns. */
function locked(work) {
  const lock = join(tmpdir(), `holdfast-setup-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`);
  for (let waits = 0; !taken(lock); waits += 1) {
    if (waits === 0) console.error('Setting up: waiting for another process that does the same…');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
  try {
    return current() ? undefined : work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function taken(lock) {
  try {
    mkdirSync(lock);
    writeFileSync(join(lock, 'pid'), String(process.pid));
    return true;
  } catch {
    if (abandoned(lock)) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

/** Whether the process that made the lock is gone. One that has not written its id yet is given two seconds. */
function abandoned(lock) {
  try {
    const age = Date.now() - statSync(lock).mtimeMs;
    const pid = existsSync(join(lock, 'pid')) ? Number(readFileSync(join(lock, 'pid'), 'utf8')) : 0;
    if (!pid) return age > 2_000;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

function end(sentence) {
  console.error(sentence);
  process.exit(1);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) setup();
