/** Bundles the shell of projects' workflows, at build time. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DefaultLogger, bundleWorkflowCode } from '@temporalio/worker';
import { transform } from 'esbuild';
import { SHELL, withoutMap } from './shelled';

async function bundle(): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(__dirname, 'shell.js'),
    workflowInterceptorModules: [join(__dirname, 'clock.js')],
    logger: new DefaultLogger('WARN'),
  });
  // Without comments, which would be a fifth of it: every project's bundle has it.
  const { code: plain } = await transform(withoutMap(code), { legalComments: 'none' });
  await writeFile(SHELL, plain);
}

if (require.main === module) void bundle();
