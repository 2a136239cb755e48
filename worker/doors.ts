/** Checks, at build time, that every workflow of the menu is in the bundle: a job of one that is not would wait for ever. */
import * as bundled from '../workflows/index';
import { tools } from '../workflows/tools';

/** A tool of the menu, as far as it matters here. */
interface Named {
  readonly name: string;
  readonly workflow?: string;
}

/** A sentence for each tool whose workflow is not among `exported`, the exports of workflows/index.ts. */
export function lackingIn(exported: Readonly<Record<string, unknown>>, menu: readonly Named[]): readonly string[] {
  return menu.flatMap(({ name, workflow }) =>
    workflow === undefined || typeof exported[workflow] === 'function'
      ? []
      : `Tool ${name} runs the workflow ${workflow}, which workflows/index.ts does not export. Add the line there, such as: export { ${workflow} } from './${kebab(workflow)}/workflow';`,
  );
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

if (require.main === module) {
  const lacking = lackingIn(bundled, tools);
  for (const sentence of lacking) console.error(sentence);
  process.exitCode = lacking.length === 0 ? 0 : 1;
}
