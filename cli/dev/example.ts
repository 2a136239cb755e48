/** A call to try first, which works in the folder that the stack was started in. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, parse } from 'node:path';
import { quoted } from '../shell';

/** A tool and its arguments, as they follow `holdfast call`. */
export function exampleIn(workDir: string): string {
  if (isRepository(workDir)) return callOf('analyze_repository', { url: workDir });
  const [document] = documentsIn(join(workDir, 'docs'));
  if (document !== undefined)
    return callOf('search_sources', { query: parse(document).name.replaceAll(/[-_]/g, ' '), sources: ['folders'] });
  return callOf('search_sources', { query: 'durable execution' });
}

const callOf = (tool: string, args: unknown): string => `${tool} ${quoted(JSON.stringify(args))}`;

/** Whether git can clone the folder, and has something to clone. */
function isRepository(folder: string): boolean {
  const { status, stdout } = spawnSync('git', ['-C', folder, 'rev-parse', '--show-prefix', 'HEAD'], {
    encoding: 'utf8',
  });
  return status === 0 && stdout.startsWith('\n'); // the path inside the repository, which is none at its top
}

function documentsIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.md'));
  } catch {
    return []; // there is no such folder
  }
}
