/**
 * `npm run adopt`: the packed package as its users get it. Fresh folders outside of the checkout, by each package manager that is here, in
 * TypeScript and JavaScript, as ES modules and CommonJS: init, check, dev, call, an edit under a running job, test, build, the built
 * processes. Prints a table; ends with 1 when something does not hold. Arguments name the cases that are to run, such as `npm/ts/esm`.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../cli/root';
import { adopt } from './adopt';
import type { Package, Row } from './adopt';
import { CASES, INSTALL, nameOf } from './cases';
import { run } from './programs';

/** Packs what is built, and installs it once, as `npm create` would. Says how large it is. */
function packed(scratch: string): Package {
  const folder = join(scratch, 'packed');
  mkdirSync(folder);
  const pack = (what: string): string => {
    run(packageRoot(), ['npm', 'pack', what, '--ignore-scripts', '--pack-destination', folder]);
    const name = readdirSync(folder).find((one) => one.startsWith('create-') === (what !== '.')) ?? '';
    console.log(`${name}: ${(statSync(join(folder, name)).size / 1000).toFixed(0)} kB`);
    return join(folder, name);
  };
  const [tarball, create] = [pack('.'), pack('./project/create')];
  const prefix = join(scratch, 'npx');
  mkdirSync(prefix);
  run(prefix, [...INSTALL.npm, '--prefix', prefix, tarball, create]);
  return { tarball, create: join(prefix, 'node_modules', '.bin', 'create-holdfast') };
}

async function main(wanted: readonly string[]): Promise<void> {
  const unknown = wanted.filter((name) => !CASES.some((kase) => nameOf(kase) === name));
  if (unknown.length > 0)
    throw new Error(`There is no case ${unknown.join(', ')}. There are ${CASES.map(nameOf).join(', ')}.`);
  const cases = wanted.length === 0 ? CASES : CASES.filter((kase) => wanted.includes(nameOf(kase)));
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-adopt-'));
  const given = packed(scratch);
  const rows = new Map<string, Row>();
  for (const kase of cases) rows.set(nameOf(kase), await adopt(kase, given, scratch));
  console.table(
    Object.fromEntries(
      [...rows].map(([name, { failed, ...row }]) => [name, { ...row, holds: failed === undefined ? 'yes' : 'NO' }]),
    ),
  );
  const failures = [...rows].flatMap(([name, { failed }]) => (failed === undefined ? [] : [`${name}: ${failed}`]));
  for (const failure of failures) console.error(failure);
  if (failures.length === 0) rmSync(scratch, { recursive: true, force: true });
  else console.error(`Left as it was: ${scratch}`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
