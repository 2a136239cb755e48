/**
 * The folders that clones lie in. One appears whole or not at all: it is filled as a draft and renamed. When two workers
 * provide the same one, the second throws its own away. The number of clones is bounded, and dead workers leave nothing behind.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

/** Most clones kept; the ones unused for longest go first. */
const MAX_CLONES = 20;
/** A download touches its draft several times a second; one silent for so long has lost its worker. */
const STALE_MS = 5 * 60_000;
const DRAFT = 'draft-';

export function cloneFolders(cacheDir: string) {
  const draft = () => join(cacheDir, `${DRAFT}${randomUUID()}`);

  /** Takes a folder away in one move before deleting it, so that nobody finds half of it. */
  async function discard(folder: string): Promise<void> {
    const doomed = draft();
    await rename(folder, doomed).catch(() => undefined); // another worker was faster
    await rm(doomed, { recursive: true, force: true });
  }

  /** Makes room for one more clone and removes the drafts that no worker is filling any more. */
  async function sweep(): Promise<void> {
    await mkdir(cacheDir, { recursive: true });
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
    /**
     * The folder for `key`, filled by `fill` if it is not here. Marks it as used.
     *
     * @param fill - creates the folder that it is given and everything in it
     */
    async provide(key: string, fill: (folder: string) => Promise<void>): Promise<string> {
      const folder = join(cacheDir, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.git`);
      if (await touch(folder)) return folder;
      await sweep();
      const filling = draft();
      try {
        await fill(filling);
        await rename(filling, folder).catch(async (error: unknown) => {
          if (!(await touch(folder))) throw error; // else another worker was faster, with the very same content
        });
        return folder;
      } finally {
        await rm(filling, { recursive: true, force: true });
      }
    },
    discard,
  };
}

/** Marks a folder as used just now. False when it is not there. */
export async function touch(folder: string): Promise<boolean> {
  const now = new Date();
  return utimes(folder, now, now).then(
    () => true,
    () => false,
  );
}
