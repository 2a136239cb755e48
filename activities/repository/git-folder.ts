/** Finds what would lead git out of a git folder: links, and files that point to other folders or settings. */
import { lstat, opendir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What git reads of a repository that it fetches from. Hooks, logs and submodules are not among it. */
const PARTS = ['HEAD', 'config', 'config.worktree', 'packed-refs', 'shallow', 'info', 'objects', 'refs', 'reftable'];
/** Files that point to another repository. */
const POINTERS = ['commondir', 'objects/info/alternates', 'objects/info/http-alternates'];
/** Most files and folders looked at. `git gc` packs a repository that has more. */
const MOST_ENTRIES = 500_000;

/**
 * Looks through a git folder.
 *
 * @returns what leads out of it, or `large` when there is too much to look at; undefined when it keeps to itself
 */
export async function wayOutOf(gitDir: string): Promise<'pointer' | 'link' | 'include' | 'large' | undefined> {
  if (!(await kindOf(gitDir))?.isDirectory()) return 'pointer';
  for (const pointer of POINTERS) if (await kindOf(join(gitDir, pointer))) return 'pointer';
  const places = PARTS.map((part) => join(gitDir, part));
  let entries = 0;
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    const found = await kindOf(place);
    if (found === undefined) continue;
    if (!found.isDirectory()) {
      if (!found.isFile()) return 'link';
      continue;
    }
    for await (const entry of await opendir(place)) {
      if (++entries > MOST_ENTRIES) return 'large';
      if (entry.isDirectory()) places.push(join(place, entry.name));
      else if (!entry.isFile()) return 'link';
    }
  }
  for (const config of ['config', 'config.worktree']) {
    const text = await readFile(join(gitDir, config), 'latin1').catch(() => '');
    if (/\[\s*include/i.test(text)) return 'include';
  }
  return undefined;
}

const kindOf = (path: string) => lstat(path).catch(() => undefined);
