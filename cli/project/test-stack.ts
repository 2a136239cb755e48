/**
 * The stack that `holdfast/testing` starts: `dev`, until the process of the tests has ended, in whichever way. Its argument is the data
 * directory, which goes with it.
 */
import { rmSync } from 'node:fs';
import { projectAbove } from '../../project/discover';
import { readRecord } from '../dev/record';
import { devProject } from './dev';

/** Ends everything at once: nobody waits for the steps any more. */
function end(dataDir: string): void {
  const { gateways = [], workers = [] } = readRecord(dataDir) ?? {};
  for (const { pid } of [...gateways, ...workers]) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
  process.once('exit', () => rmSync(dataDir, { recursive: true, force: true })); // Temporal ends with this process, before that
  process.exit();
}

async function main(dataDir: string): Promise<void> {
  process.once('disconnect', () => end(dataDir));
  const project = projectAbove(process.cwd());
  if (!project) throw new Error(`There is no project in ${process.cwd()}.`);
  await devProject(project, { ...process.env, HOLDFAST_DATA_DIR: dataDir }, { gateways: 1, workers: 1 }, true);
  end(dataDir);
}

if (require.main === module)
  main(process.argv[2] ?? '').catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
