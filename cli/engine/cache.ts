/** The project's own Temporal CLI: which version it is, and where it is kept. */
import { join } from 'node:path';

/** The version that is downloaded or built. cli/temporal-cli/go.mod pins the same one. */
export const CLI_VERSION = '1.8.2';

/** Path of the project's CLI. Each version has its own file. */
export function cachedCli(cacheDir: string): string {
  return join(cacheDir, `temporal-${CLI_VERSION}${process.platform === 'win32' ? '.exe' : ''}`);
}
