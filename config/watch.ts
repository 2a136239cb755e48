/** Notices that files of settings have changed. */
import { statSync } from 'node:fs';

/** How often a file is looked at. By its path, so that a new file in its place is seen, too, and so is one behind a new link. */
const LOOK_MS = 1_000;

/**
 * Has `changed` called whenever something about some of the files has changed since now. Does not keep the process.
 *
 * @returns what watches others in their place
 */
export function watchFiles(paths: readonly string[], changed: () => void): (others: readonly string[]) => void {
  let seen = new Map(paths.map((path) => [path, stateOf(path)]));
  setInterval(() => {
    const now = new Map([...seen.keys()].map((path) => [path, stateOf(path)]));
    const same = [...now].every(([path, state]) => state === seen.get(path));
    seen = now;
    if (!same) changed();
  }, LOOK_MS).unref();
  return (others) => {
    seen = new Map(others.map((path) => [path, seen.get(path) ?? stateOf(path)]));
  };
}

/** Another text when the file is another one; empty where it cannot be seen. */
function stateOf(path: string): string {
  try {
    const { dev, ino, size, mtimeMs } = statSync(path);
    return [dev, ino, size, mtimeMs].join(' ');
  } catch {
    return '';
  }
}
