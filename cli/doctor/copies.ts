/** Whether a project has packages a second time that have to be the ones of Holdfast: what one copy makes, another may not know. */
import { readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Finding } from './finding';

const TEMPORAL = ['activity', 'client', 'common', 'testing', 'worker', 'workflow'].map((name) => `@temporalio/${name}`);

/** A package, as a folder finds it. */
interface Copy {
  readonly path: string;
  readonly version: string;
}

/**
 * @param project - its folder
 * @param ours - the folder of Holdfast
 */
export function copiesIn(project: string, ours: string): Finding[] {
  const found = [...TEMPORAL, 'zod'].flatMap((name): Finding[] => {
    const [theirs, own] = [copyOf(project, name), copyOf(ours, name)];
    return theirs && own && theirs.path !== own.path ? differing(name, theirs.version, own.version) : [];
  });
  return found.length > 0
    ? found
    : [{ is: 'well', what: "The project and Holdfast share one copy of Temporal's packages, and of zod" }];
}

function differing(name: string, theirs: string, own: string): Finding[] {
  if (name === 'zod')
    // Another copy of zod 4 makes schemas that are as good.
    return theirs.startsWith('4.')
      ? []
      : [
          {
            is: 'doubt',
            what: `The project has zod ${theirs}, whose schemas tools cannot have`,
            advice: 'In tool.ts, import z from holdfast.',
          },
        ];
  const [what, advice] =
    theirs === own
      ? [`There are two copies of ${name} ${own}: one of the project, one of Holdfast`, 'Run npm dedupe.']
      : [
          `The project has ${name} ${theirs}, and Holdfast ${own}: Temporal's SDK takes no bundles and contexts of another version`,
          `Install ${name}@${own}, or leave it to Holdfast.`,
        ];
  return [{ is: theirs === own ? 'doubt' : 'ill', what, advice }];
}

function copyOf(folder: string, name: string): Copy | undefined {
  try {
    const path = realpathSync(createRequire(join(folder, 'package.json')).resolve(`${name}/package.json`));
    const { version } = JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string };
    return { path, version };
  } catch {
    return undefined; // it has none
  }
}
