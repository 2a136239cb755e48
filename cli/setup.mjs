/**
 * Makes a clean clone runnable: installs the packages of package-lock.json and compiles the sources, each only when it is not up
 * to date. It is plain JavaScript without dependencies, because it runs before there are any.
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
  'project',
  'test/adopt',
  'test/attack',
  'test/conformance',
  'test/fixtures',
  'test/long-clients',
  'test/proof',
  'test/field',
  'worker',
  'workflows',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
];
/** Holds the hash of the package-lock.json that was installed. */
const INSTALLED = join(root, 'node_modules', '.holdfast-installed');
/** Its time of change is that of the last build. */
const BUILT = join(root, 'dist', '.built');

/**
 * Installs and compiles if needed. If that fails, prints a sentence that says why, and ends the process.
 *
 * @param lastWillDo - whether the last build is good enough where the sources do not compile
 */
export function setup(lastWillDo = false) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 3))
    end(`Holdfast needs Node 20.3 or newer; this is ${process.versions.node}. Get one at https://nodejs.org.`);
  if (!existsSync(join(root, 'tsconfig.build.json')) || isCurrent()) return; // installed from a registry, or nothing to do
  const problem = withLock(() => {
    if (!isInstalled()) {
      console.error('Setting up: installing packages (once, about a minute)…');
      const install = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
      // Twice: an earlier install that was interrupted may still be removing files during the first.
      const problem = npm(install, '') && npm(install, 'Is the npm registry reachable? If so, start again.');
      if (problem) return problem;
      writeFileSync(INSTALLED, lockHash());
    }
    if (!isBuilt()) {
      console.error('Setting up: compiling (some 10 seconds)…');
      const problem = npm(['run', '--silent', 'build'], 'It says why above.');
      if (problem && lastWillDo && existsSync(BUILT)) {
        console.error('The sources do not compile: it says why above. This command is that of the last build.');
        return;
      }
      if (problem) return problem;
      writeFileSync(BUILT, '');
    }
  });
  if (problem) end(problem);
}

const isCurrent = () => isInstalled() && isBuilt();
const lockHash = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
const isInstalled = () => existsSync(INSTALLED) && readFileSync(INSTALLED, 'utf8') === lockHash();
const isBuilt = () =>
  existsSync(BUILT) && SOURCES.every((source) => newest(join(root, source)) <= statSync(BUILT).mtimeMs);

/** The latest time of change of anything at or below `path`, milliseconds since 1970; 0 when there is nothing. */
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

/** Runs npm. Returns a sentence when it fails. */
function npm(args, advice) {
  // When npm runs this, it says where it is itself: it need not be on PATH.
  const [command, ...before] = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const { status, error } = spawnSync(command, [...before, ...args], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) return `npm ${args[0]} failed${error ? ` (${error.message})` : ''}. ${advice}`;
}

/** Runs `work` while no other process sets up the same checkout. Returns what `work` returns. */
function withLock(work) {
  const lock = join(tmpdir(), `holdfast-setup-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`);
  for (let waits = 0; !tryLock(lock); waits += 1) {
    if (waits === 0) console.error('Setting up: waiting for another process that does the same…');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
  try {
    return isCurrent() ? undefined : work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/** Takes the lock, unless another process has it. Returns whether it did. */
function tryLock(lock) {
  try {
    mkdirSync(lock);
    writeFileSync(join(lock, 'pid'), String(process.pid));
    return true;
  } catch {
    if (isAbandoned(lock)) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

/** Whether the process that took the lock is gone. One that has not written its id yet has two seconds to do so. */
function isAbandoned(lock) {
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
