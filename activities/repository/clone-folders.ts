/**
 * The folders that hold the clones. A folder appears whole or not at all: it is filled under a draft's name and then renamed.
 * When two workers fill the same one, the second discards its copy. The number of clones is bounded, and the drafts of dead
 * workers are removed.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

/** Most clones kept. The ones that have been unused for longest are removed first. */
const MAX_CLONES = 20;
/** A download touches its draft several times a second. A draft that is older than this was left by a dead worker. */
const STALE_MS = 5 * 60_000;
const DRAFT = 'draft-';

export interface CloneFolders {
  /**
   * Returns the folder for `key`, filled by `fill` if it does not exist yet, and marks it as used.
   *
   * @param fill - creates the folder that it is given, and everything in it
   */
  provide(key: string, fill: (folder: string) => Promise<void>): Promise<string>;
  /** Deletes a folder. It disappears in one move, so that nobody finds half of it. */
  discard(folder: string): Promise<void>;
}

export function createCloneFolders(cacheDir: string): CloneFolders {
  const draft = () => join(cacheDir, `${DRAFT}${randomUUID()}`);

  async function discard(folder: string): Promise<void> {
    const doomed = draft();
    await rename(folder, doomed).catch(() => undefined); // another worker was faster
    await rm(doomed, { recursive: true, force: true });
  }

  /** Makes room for one more clone, and removes drafts that no worker fills any more. */
  async function sweep(): Promise<void> {
    await mkdir(cacheDir, { recursive: true, mode: 0o700 }); // whoever may read a repository, others here may not
    const entries = await Promise.all(
      (await readdir(cacheDir)).map(async (name) => {
        const found = await stat(join(cacheDir, name)).catch(() => undefined); // another worker may be sweeping too
        return { name, usedMs: found?.mtimeMs ?? Date.now() };
      }),
    );
    const stale = entries.filter(({ name, usedMs }) => name.startsWith(DRAFT) && usedMs < Date.now() - STALE_MS);
    const clones = entries.filter(({ name }) => name.endsWith('.git')).sort((a, b) => b.usedMs - a.usedMs);
    for (const { name } of [...stale, ...clones.slice(MAX_CLONES - 1)]) await discard(join(cacheDir, name));
  }

  return {
    async provide(key, fill) {
      const folder = join(cacheDir, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.git`);
      if (await touch(folder)) return folder;
      await sweep();
      const filling = draft();
      try {
        await fill(filling);
        await rename(filling, folder).catch(async (error: unknown) => {
          if (!(await touch(folder))) throw error; // if it exists, another worker was faster and filled it with the same content
        });
        return folder;
      } finally {
        await rm(filling, { recursive: true, force: true });
      }
    },
    discard,
  };
}

/** Marks a folder as used just now. Returns false when it does not exist. */
export async function touch(folder: string): Promise<boolean> {
  const now = new Date();
  return utimes(folder, now, now).then(
    () => true,
    () => false,
  );
}
