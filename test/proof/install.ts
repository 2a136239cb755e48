/** Servers of others, installed apart from the product with their exact versions: from npm, and from PyPI into an environment of their own. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../cli/root';
import { installPrograms } from '../fixtures/judges';

const PROOF = join(packageRoot(), 'test', 'proof');
const PROGRAMS = join(PROOF, 'programs');
/** Beside npm's, where nobody looks for sources. What npm installs anew, it takes away, and it is made again. */
const PYTHON = join(PROGRAMS, 'node_modules', '.python');

/** A file of a package of npm. */
export const fileOfNpm = (file: string): string => join(PROGRAMS, 'node_modules', file);

/** A program that a package of npm brings: what runs it, and its arguments. */
export const ofNpm = (file: string, ...args: readonly string[]): readonly string[] => [
  process.execPath,
  fileOfNpm(file),
  ...args,
];

/** A program that a package of PyPI brings. */
export const ofPyPi = (program: string, ...args: readonly string[]): readonly string[] => [
  join(PYTHON, 'bin', program),
  ...args,
];

/** A server of ours on FastMCP. */
export const ofOurs = (file: string, ...args: readonly string[]): readonly string[] =>
  ofPyPi('python', join(PROOF, 'servers', file), ...args);

/** @returns whether Python's are there, too: where it is missing or too old, they are left out, and that is said */
export function install(): boolean {
  installPrograms('proof/programs');
  const wanted = join(PROGRAMS, 'requirements.txt');
  const marker = join(PYTHON, '.holdfast-installed');
  const hash = createHash('sha256').update(readFileSync(wanted)).digest('hex');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === hash) return true;
  console.error('Installing the programs of test/proof/programs/requirements.txt (once, about half a minute)…');
  rmSync(PYTHON, { recursive: true, force: true });
  const made =
    runs('python3', '-m', 'venv', PYTHON) &&
    runs(join(PYTHON, 'bin', 'pip'), 'install', '--quiet', '--disable-pip-version-check', '-r', wanted);
  if (made) writeFileSync(marker, hash);
  else console.error('Python 3.10 or newer, its venv, or PyPI is not there: its servers are left out.');
  return made;
}

const runs = (program: string, ...args: readonly string[]): boolean =>
  spawnSync(program, args, { stdio: ['ignore', 2, 2] }).status === 0;
