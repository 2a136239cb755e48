/** Puts a project's compiled workflows into the shell, with a map that leads back to their sources. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Path of the shell of this build. */
export const SHELL = join(__dirname, '..', 'project-shell.js');

const MARK = /^.*['"]HOLDFAST-PROJECT-CODE['"];.*$/m;
const MAP = /\n\/\/# sourceMappingURL=data:[^\n]*\s*$/;

export const withoutMap = (code: string): string => code.replace(MAP, '\n');

/** A source map, as far as it is needed here. */
export interface SourceMap {
  readonly sources: readonly string[];
  readonly mappings: string;
}

/**
 * The whole bundle.
 *
 * @param code - the project's workflows, as CommonJS
 * @param map - of that code. Its sources must not depend on where the project lies: the bundle's hash names the version of the code
 * @param timePasses - whether a test may have the time of its jobs pass
 */
export function shelled(
  code: string,
  map: SourceMap,
  timePasses: boolean,
  shell = readFileSync(SHELL, 'utf8'),
): string {
  const mark = MARK.exec(shell);
  if (!mark) throw new Error(`${SHELL} has no place for a project's workflows: install Holdfast again.`);
  const before = `${shell.slice(0, mark.index)}${timePasses ? 'holdfastGiven.mode.timePasses = true;' : ''}(function (module, exports, require) {\n`;
  // A line that is empty in a map is one that leads nowhere.
  const shifted = { ...map, mappings: ';'.repeat(before.split('\n').length - 1) + map.mappings };
  const json = Buffer.from(JSON.stringify(shifted)).toString('base64');
  return `${before}${code}\n})(holdfastGiven.module, holdfastGiven.module.exports, holdfastGiven.require);\n${shell.slice(mark.index + mark[0].length)}\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,${json}\n`;
}
