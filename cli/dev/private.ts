/** The data directory is for its owner alone: the database holds what callers sent and got, and the secret lies beside it. */
import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What a stack keeps there. */
const OURS = /^(temporal\.(db.*|log)|(gateway|worker)-\d+\.log|(ports|dev)\.json|secret|running|code|repositories)$/;

/**
 * Makes the directory, closes to others what an earlier version left open there, and has this process and those that it starts
 * write nothing that others can read. A directory that holds more than a stack's data keeps its own mode: it may be a shared one.
 *
 * @throws Error with one sentence when there can be no such directory
 */
export function keepPrivate(dataDir: string): void {
  process.umask(0o077);
  makeDirectory(dataDir);
  const entries = readdirSync(dataDir, { withFileTypes: true });
  const ours = entries.filter(({ name }) => OURS.test(name));
  if (ours.length === entries.length) chmodSync(dataDir, 0o700);
  for (const entry of ours) {
    if (entry.isDirectory()) chmodSync(join(dataDir, entry.name), 0o700);
    if (entry.isFile()) chmodSync(join(dataDir, entry.name), 0o600);
  }
}

function makeDirectory(dataDir: string): void {
  try {
    makeWithParents(dataDir);
  } catch (error) {
    const { code = 'no reason is told' } = error as NodeJS.ErrnoException;
    throw new Error(
      `No data can be kept in ${dataDir} (${code}). Set HOLDFAST_DATA_DIR to a folder that can be written to.`,
      {
        cause: error,
      },
    );
  }
  if (!statSync(dataDir).isDirectory())
    throw new Error(`HOLDFAST_DATA_DIR is ${dataDir}, which is a file. Set it to a folder.`);
}

/** Not with `recursive`: where the system lets nobody make a directory, as in /proc, Node would try for ever. */
function makeWithParents(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || statSync(dirname(path), { throwIfNoEntry: false })) throw error;
    makeWithParents(dirname(path));
    mkdirSync(path);
  }
}
