/** The folders of a stack and of its user. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where a stack keeps its data, relative to the working directory. */
export const DEFAULT_DATA_DIR = '.holdfast';

/** Our folder in the user's cache. It is outside of every checkout, so that all of them find the same engine, and one another's stacks. */
export function cacheDirOf({ XDG_CACHE_HOME, LOCALAPPDATA }: NodeJS.ProcessEnv): string {
  return join(cacheHome(XDG_CACHE_HOME, LOCALAPPDATA), 'holdfast');
}

function cacheHome(xdg: string | undefined, localAppData: string | undefined): string {
  if (xdg) return xdg;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  if (process.platform === 'win32') return localAppData ?? join(homedir(), 'AppData', 'Local');
  return join(homedir(), '.cache');
}
