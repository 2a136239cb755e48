/** Notices that files of settings have changed. */
import { watchFile } from 'node:fs';

/** How often a file is looked at. By its path, so that a new file in its place is seen, too, and so is one behind a new link. */
const LOOK_MS = 1_000;

/** Has `changed` called whenever something about one of the files changes. Does not keep the process. */
export function watchFiles(paths: readonly string[], changed: () => void): void {
  for (const path of paths) watchFile(path, { interval: LOOK_MS, persistent: false }, changed);
}
