/** Has the Temporal SDK download the Temporal CLI, and moves it to where every checkout finds it again. */
import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Say } from '../say';
import { CLI_VERSION } from './cache';

const DOWNLOAD_MS = 120_000;

/** Tries to download the CLI to `target`. Returns whether that worked: without a network it does not. */
export async function downloadCli(cacheDir: string, target: string, say: Say): Promise<boolean> {
  const downloadDir = join(cacheDir, `download-${process.pid}`);
  await mkdir(downloadDir, { recursive: true });
  say(`Temporal: downloading CLI ${CLI_VERSION}…`);
  try {
    // Loaded here, since hardly any start needs it: it brings the whole worker of the SDK.
    const { TestWorkflowEnvironment } = await import('@temporalio/testing');
    // The SDK only downloads the binary to start it.
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
