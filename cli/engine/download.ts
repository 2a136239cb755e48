/** The Temporal CLI as the Temporal SDK downloads it, moved to where every clone finds it again. */
import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { CLI_VERSION } from './build';
import type { Say } from './find';

const DOWNLOAD_MS = 120_000;

/** Tries the download. Returns whether `target` is there now; without a network it is not. */
export async function downloadCli(cacheDir: string, target: string, say: Say): Promise<boolean> {
  const downloadDir = join(cacheDir, `download-${process.pid}`);
  await mkdir(downloadDir, { recursive: true });
  say(`Temporal: downloading CLI ${CLI_VERSION}…`);
  try {
    // The SDK offers no way to fetch the binary without starting it once.
    const server = await within(
      DOWNLOAD_MS,
      TestWorkflowEnvironment.createLocal({
        server: { executable: { type: 'cached-download', version: `v${CLI_VERSION}`, downloadDir } },
      }),
    );
    await server.teardown();
    const file = (await readdir(downloadDir)).find((name) => name.startsWith('temporal'));
    if (file === undefined) return false;
    await chmod(join(downloadDir, file), 0o755);
    await rename(join(downloadDir, file), target);
    return true;
  } catch {
    say('Temporal: the download did not succeed.');
    return false;
  } finally {
    await rm(downloadDir, { recursive: true, force: true });
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Error('too slow')), ms)));
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
