/** `dev.json`: the addresses and process ids of the stack that runs in a data directory, for scripts and for the next start. */
import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Say } from '../say';

const Record = z.object({
  supervisor: z.number(),
  temporal: z.object({ address: z.string(), ui: z.string().optional(), pid: z.number().optional() }),
  gateways: z.array(z.object({ url: z.string(), pid: z.number() })),
  /** `silent`: it does not answer. Absent in records of an older version. */
  workers: z.array(z.object({ pid: z.number(), silent: z.boolean().default(false) })),
  /** The files of settings that it was started with. Absent in records of an older version. */
  files: z.object({ config: z.string().optional(), mcpServers: z.string().optional() }).default({}),
});

export type StackRecord = z.output<typeof Record>;

const fileOf = (dataDir: string): string => join(dataDir, 'dev.json');

/**
 * Makes this process the supervisor of the data directory. When two try at once, only one succeeds.
 *
 * @returns the record of an earlier supervisor that was killed, if there is one
 * @throws Error with one sentence when another stack runs there
 */
export function claim(dataDir: string): StackRecord | undefined {
  const left = readRecord(dataDir);
  if (left && left.supervisor !== process.pid && isRunning(dataDir)) {
    const where = left.gateways.map(({ url }) => url).join(', ');
    throw new Error(
      `Holdfast runs here already (process ${left.supervisor})${where === '' ? '' : ` at ${where}`}. Stop it first, or set HOLDFAST_DATA_DIR to another folder.`,
    );
  }
  removeRecord(dataDir);
  const empty: StackRecord = {
    supervisor: process.pid,
    temporal: { address: '' },
    gateways: [],
    workers: [],
    files: {},
  };
  try {
    writeFileSync(fileOf(dataDir), JSON.stringify(empty), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return claim(dataDir); // another process was faster; the error names it
  }
  return left;
}

/** The record of a stack that runs or that was killed; undefined when there is none. */
export function readRecord(dataDir: string): StackRecord | undefined {
  try {
    return Record.parse(JSON.parse(readFileSync(fileOf(dataDir), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Whether a stack runs in the data directory. */
export function isRunning(dataDir: string): boolean {
  const record = readRecord(dataDir);
  return record !== undefined && runs(record.supervisor, 'holdfast');
}

/**
 * Replaces the record in one move, so that nobody reads half of it. What runs goes on where it cannot be written, as on a full disk.
 *
 * @param say - told why it was not written
 */
export function writeRecord(dataDir: string, record: StackRecord, say: Say): void {
  const next = `${fileOf(dataDir)}.${process.pid}`;
  try {
    writeFileSync(next, `${JSON.stringify(record, null, 2)}\n`);
    renameSync(next, fileOf(dataDir));
  } catch (error) {
    const { code = 'no reason is told' } = error as NodeJS.ErrnoException;
    say(
      `${fileOf(dataDir)} cannot be written (${code}): it names processes that have ended, until the next of them is started.`,
    );
  }
}

export function removeRecord(dataDir: string): void {
  rmSync(fileOf(dataDir), { force: true });
}

/** Whether a process has this id, whichever it is. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Whether process `pid` runs and its command line contains `text`: the id alone may belong to another program by now. */
export function runs(pid: number, text: string): boolean {
  if (!isAlive(pid)) return false;
  try {
    return execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' }).includes(text);
  } catch (error) {
    // Slim images have no ps. There the id has to be enough.
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
}
