/** Reads what projects of .NET declare: project files, Directory.*.props, packages.config and paket. See declarations.ts. */
import type { Declarations, Dependency } from './declarations';
import { at, lines, nodes, textOf, xml } from './shapes';

/** Elements and attributes of the same name are one to MSBuild. */
const partOf = (node: unknown, name: string): string | null => textOf(at(node, `@${name}`)) ?? textOf(at(node, name));

/** A project, or a file that projects import. Conditions are not evaluated: each branch counts. */
export function inProject(text: string): Declarations {
  const project = at(xml(text), 'Project');
  const choices = nodes(at(project, 'Choose')).flatMap((choice) => [
    ...nodes(at(choice, 'When')),
    ...nodes(at(choice, 'Otherwise')),
  ]);
  const owners = [project, ...nodes(at(project, 'Target')), ...choices];
  const groups = owners.flatMap((owner) => nodes(at(owner, 'ItemGroup')));
  const properties = owners.flatMap((owner) => nodes(at(owner, 'PropertyGroup')));
  const resolved = (value: string) =>
    value.replace(
      /\$\(([\w.]+)\)/g,
      (whole, name: string) =>
        properties.map((group) => textOf(at(group, name))).find((found) => found !== null) ?? whole,
    );
  const packagesIn = (element: string) => groups.flatMap((group) => nodes(at(group, element)));

  const found = new Map<string, Dependency>();
  const notRead: string[] = [];
  for (const node of [...packagesIn('PackageReference'), ...packagesIn('GlobalPackageReference')]) {
    const version = resolved(partOf(node, 'VersionOverride') ?? partOf(node, 'Version') ?? '');
    for (const name of namesIn(node, 'Include')) {
      const development = /^(?:all|runtime)/i.test(partOf(node, 'PrivateAssets') ?? '');
      found.set(name.toLowerCase(), { name, version, development, ...(version === '' && { via: name.toLowerCase() }) });
    }
    for (const name of namesIn(node, 'Update')) {
      const earlier = found.get(name.toLowerCase());
      if (earlier === undefined) notRead.push(`an update of ${name}, which is declared elsewhere`);
      else if (version !== '')
        found.set(name.toLowerCase(), { name: earlier.name, version, development: earlier.development });
    }
    for (const name of namesIn(node, 'Remove')) found.delete(name.toLowerCase());
  }
  const offers = packagesIn('PackageVersion').flatMap((node) =>
    [...namesIn(node, 'Include'), ...namesIn(node, 'Update')].map((name): [string, Dependency[]] => [
      name.toLowerCase(),
      [{ name, version: resolved(partOf(node, 'Version') ?? ''), development: false }],
    ]),
  );
  return { name: null, dependencies: [...found.values()], offers, notRead };
}

function namesIn(node: unknown, attribute: string): string[] {
  return (textOf(at(node, `@${attribute}`)) ?? '').split(';').flatMap((name) => name.trim() || []);
}

export function inPackagesConfig(text: string): Declarations {
  const dependencies = nodes(at(xml(text), 'packages', 'package')).flatMap((node) => {
    const name = textOf(at(node, '@id'));
    const development = at(node, '@developmentDependency') === 'true';
    return name === null ? [] : [{ name, version: textOf(at(node, '@version')) ?? '', development }];
  });
  return { name: null, dependencies };
}

export function inPaket(text: string): Declarations {
  let development = false;
  const notRead: string[] = [];
  const dependencies = lines(text).flatMap((line) => {
    const [, word = '', name = '', version = ''] =
      /^(group|nuget|github|git|http|gist)\s+(\S+)\s*(.*)$/i.exec(line) ?? [];
    if (word.toLowerCase() === 'group') development = /test|build|dev|doc|bench/i.test(name);
    else if (word.toLowerCase() === 'nuget') return [{ name, version: version.trim(), development }];
    else if (word !== '') notRead.push(`what paket takes from ${word}`);
    return [];
  });
  return { name: null, dependencies, notRead };
}
