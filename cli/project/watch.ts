/** Notices that files of a project have changed. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Compiled } from '../../project/compile';

/** How often the files are looked at, milliseconds. There are few, and looking is cheap and misses nothing on any system. */
const LOOK_MS = 150;

/**
 * Calls `changed` until that is ended, one call after the other.
 *
 * @param since - when `first` began to be compiled, milliseconds of the clock: what was changed after that is a change already
 * @returns what ends it
 */
export function watchFilesOf(
  first: Pick<Compiled, 'inputs' | 'tools'>,
  root: string,
  since: number,
  changed: () => Promise<Pick<Compiled, 'inputs' | 'tools'>>,
): () => void {
  let watched = first;
  let seen = isChanged(watched, root, since) ? '' : stateOf(watched, root);
  let ended = false;
  const look = async (): Promise<void> => {
    const now = stateOf(watched, root);
    if (now !== seen) {
      seen = now; // before it compiles: what changes meanwhile is a change again
      watched = await changed();
      seen = seenAgain(watched, root, now, seen);
    }
    if (!ended) setTimeout(() => void look(), LOOK_MS);
  };
  setTimeout(() => void look(), LOOK_MS);
  return () => (ended = true);
}

/** With other inputs the state is another text, although nothing has changed. What did not change before counts as seen. */
function seenAgain(watched: Pick<Compiled, 'inputs' | 'tools'>, root: string, before: string, seen: string): string {
  const known = new Set(before.split('\n'));
  const now = stateOf(watched, root);
  const changed = now
    .split('\n')
    .some((line) => !known.has(line) && before.includes(`${line.split('\t', 1).join('')}\t`));
  return changed ? seen : now;
}

/** A line for each file and folder: its path, and when it was changed. */
function stateOf(compiled: Pick<Compiled, 'inputs' | 'tools'>, root: string): string {
  return pathsOf(compiled, root)
    .map((path) => {
      const { mtimeMs = 0, size = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {};
      return `${path}\t${mtimeMs} ${size}`;
    })
    .join('\n');
}

const isChanged = (compiled: Pick<Compiled, 'inputs' | 'tools'>, root: string, since: number): boolean =>
  pathsOf(compiled, root).some((path) => (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= since);

/** The files that are looked at, and the folders that tools are in. */
function pathsOf({ inputs, tools }: Pick<Compiled, 'inputs' | 'tools'>, root: string): string[] {
  const folder = join(root, tools);
  const folders = [folder, ...namesIn(folder).map((name) => join(folder, name))];
  return [...folders, ...inputs].filter((path) => !path.includes('.holdfast') && !path.includes('node_modules'));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // it is not there, which the compilation tells
  }
}
