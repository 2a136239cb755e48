/** `holdfast init`: a project of one's own. It asks nothing. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { version } from '../../package.json';
import { templateOf } from '../../project/template';
import type { TemplateOptions } from '../../project/template';
import type { Say } from '../say';
import { quoted } from '../shell';

/** Returns 0; 1 when the folder holds something. */
export function init(folder: string, options: Pick<TemplateOptions, 'js' | 'cjs'>, say: Say): number {
  const root = resolve(folder);
  if (existsSync(root) && readdirSync(root).some((name) => !name.startsWith('.'))) {
    say(`${folder} is there and not empty. Name a new folder.`);
    return 1;
  }
  for (const [path, text] of Object.entries(templateOf({ ...options, name: basename(root), version }))) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const where = relative(process.cwd(), root);
  say(`${folder} is a project with one tool, greet. Next:`);
  if (where !== '') say(`  cd ${/^[\w./-]+$/.test(where) ? where : quoted(where)}`);
  say('  npm install');
  say('  npx holdfast dev                          # Temporal, a worker, a gateway; files that change are taken up');
  say(`  npx holdfast call greet '{"name":"Ada"}'  # in another terminal`);
  return 0;
}
