/**
 * Makes a repository of ours that reads the objects of a local one where they are. Nothing is copied, so it takes no time and no
 * room. Git works with our settings and our refs alone there, and writes nothing into the local repository.
 */
import { constants } from 'node:fs';
import { mkdir, open, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ApplicationFailure } from '@temporalio/common';
import { failure } from '../failure';
import type { StepContext } from '../step';
import { initialize, notACommit } from './download';
import { GitError } from './git';
import type { Git } from './git';
import { localFailure } from './remote-failure';
import type { Source } from './source';

/** Longest list of the commits at which a shallow history ends, bytes. */
const MAX_SHALLOW_BYTES = 4 * 1024 ** 2;

export interface Loan {
  readonly git: Git;
  /** A local one. */
  readonly source: Source;
  readonly commit: string;
  /** What {@link shallowOf} says of the source. */
  readonly shallow: string;
  /** Must not exist yet. When it fails it stays behind incomplete, and the caller removes it. */
  readonly folder: string;
}

/**
 * @throws GitError when git fails
 * @throws ApplicationFailure `refused` when the local repository does not have the commit, or the id is not that of a commit
 */
export async function borrow({ git, source, commit, shallow, folder }: Loan, context: StepContext): Promise<void> {
  const call = { gitDir: folder, signal: context.signal };
  await mkdir(folder);
  await initialize(git, folder, commit, context.signal);
  await writeFile(join(folder, 'objects', 'info', 'alternates'), `${quoted(objectsOf(source))}\n`);
  const kind = await git.read(['cat-file', '-t', commit], call).catch(async (error: unknown) => {
    throw error instanceof GitError ? await whyUnreadable(error, source) : error;
  });
  if (kind.trim() !== 'commit') throw notACommit();
  await git.read(['update-ref', 'refs/holdfast/commit', commit], call);
  if (shallow === '') return;
  await writeFile(join(folder, 'shallow'), shallow);
  const ends = new Set(shallow.trim().split('\n'));
  for await (const reached of git.records(['rev-list', commit, '--'], call, '\n')) if (ends.has(reached)) return;
  await rm(join(folder, 'shallow')); // it is the history of other commits that ends there
}

/** Why git could not read the objects of a local repository. */
export async function whyUnreadable(error: GitError, source: Source): Promise<ApplicationFailure> {
  const packs = await readdir(join(objectsOf(source), 'pack')).catch((): string[] => []);
  return localFailure(
    error,
    packs.some((name) => name.endsWith('.promisor')),
  );
}

const objectsOf = ({ remote }: Source): string => join(fileURLToPath(remote), 'objects');

/** A path as git reads it in a file of its own, whatever characters it has. */
function quoted(path: string): string {
  return `"${path.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}

/**
 * At which commits the history of a local repository ends, one a line; empty when it has all of it.
 *
 * @throws ApplicationFailure `refused` when that cannot be read
 */
export async function shallowOf(source: Source): Promise<string> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(join(fileURLToPath(source.remote), 'shallow'), flags).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw unreadableEnd(error);
  });
  if (file === undefined) return '';
  try {
    const text = (await file.stat()).size > MAX_SHALLOW_BYTES ? 'too long' : await file.readFile('latin1');
    if (!/^(?:[0-9a-f]{40,64}\n)*$/.test(text)) throw unreadableEnd();
    return text;
  } finally {
    await file.close();
  }
}

function unreadableEnd(cause?: unknown) {
  return failure(
    'refused',
    'The local repository is shallow, and the file that says where its history ends cannot be read. Name a full clone.',
    cause,
  );
}
