/** Which stacks of this user run, so that a command finds one that was started with another data directory. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning } from './record';

const folderOf = (cacheDir: string): string => join(cacheDir, 'stacks');
const noteOf = (cacheDir: string, dataDir: string): string =>
  join(folderOf(cacheDir), createHash('sha256').update(dataDir).digest('hex').slice(0, 16));

/** Notes that a stack runs in `dataDir`, an absolute path. */
export function noteStack(cacheDir: string, dataDir: string): void {
  mkdirSync(folderOf(cacheDir), { recursive: true });
  writeFileSync(noteOf(cacheDir, dataDir), dataDir);
}

export function forgetStack(cacheDir: string, dataDir: string): void {
  rmSync(noteOf(cacheDir, dataDir), { force: true });
}

/** The data directories of the stacks that run. A note of one that was killed is of no account. */
export function runningStacks(cacheDir: string): readonly string[] {
  let notes: string[];
  try {
    notes = readdirSync(folderOf(cacheDir));
  } catch {
    return []; // none was ever started
  }
  return notes.map((note) => textOf(join(folderOf(cacheDir), note))).filter(isRunning);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // its stack has just ended
  }
}
