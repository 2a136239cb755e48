/** Bundles the shell of projects' workflows, at build time. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DefaultLogger, bundleWorkflowCode } from '@temporalio/worker';
import { SHELL, withoutMap } from './shelled';

async function bundle(): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(__dirname, 'shell.js'),
    workflowInterceptorModules: [join(__dirname, 'clock.js')],
    logger: new DefaultLogger('WARN'),
  });
  await writeFile(SHELL, withoutMap(code));
}

if (require.main === module) void bundle();
