/**
 * Reads the dependencies that a manifest declares, one function for each format; those of larger ecosystems are in files of their
 * own. They throw what their parsers throw; a part of a manifest that has an unexpected form is skipped. Nothing is run, and no
 * registry is asked.
 */
import { at, entries, json, lines, nodes, textOf, toml, values, xml, yaml } from './shapes';

export interface Dependency {
  readonly name: string;
  /** As declared; empty when the manifest gives none. */
  readonly version: string;
  readonly development: boolean;
  /** What it is called in {@link Declarations.offers} of a manifest in this folder or above. Then name or version may be empty. */
  readonly via?: string;
}

export interface Declarations {
  /** What the package calls itself; null when it has no name. */
  readonly name: string | null;
  readonly dependencies: readonly Dependency[];
  /** What other manifests may refer to, such as the entries of a catalog. */
  readonly offers?: readonly (readonly [via: string, entries: readonly Omit<Dependency, 'development'>[]])[];
  /** Other files that belong to it, as paths relative to its folder. */
  readonly includes?: readonly string[];
  /** What it declares that is not read, each in a few words. It may quote the manifest. */
  readonly notRead?: readonly string[];
}

export function inPackageJson(text: string): Declarations {
  const root: unknown = json(text);
  return {
    name: textOf(at(root, 'name')),
    dependencies: [
      ...pairs(at(root, 'dependencies')),
      ...pairs(at(root, 'optionalDependencies')),
      ...pairs(at(root, 'peerDependencies')),
      ...pairs(at(root, 'devDependencies'), true),
    ].map(inNpm),
  };
}

/** Reads `npm:real-name@version`, and `catalog:` or `catalog:name` of pnpm. */
function inNpm(given: Dependency): Dependency {
  const [, name, version = ''] = /^npm:(@?[^@]+)(?:@(.*))?$/.exec(given.version) ?? [];
  if (name !== undefined) return { ...given, name, version };
  const [, catalog] = /^catalog:(.*)$/.exec(given.version) ?? [];
  return catalog === undefined ? given : { ...given, via: `${catalog || 'default'}/${given.name}` };
}

/** Declares nothing itself: `catalog:` in the package.json below refers to it. */
export function inPnpmWorkspace(text: string): Declarations {
  const root: unknown = yaml(text);
  const catalogs: [string, unknown][] = [['default', at(root, 'catalog')], ...entries(at(root, 'catalogs'))];
  return {
    name: null,
    dependencies: [],
    offers: catalogs.flatMap(([catalog, table]) =>
      pairs(table).map((entry) => [`${catalog}/${entry.name}`, [entry]] as const),
    ),
  };
}

export function inComposerJson(text: string): Declarations {
  const root: unknown = json(text);
  const all = [...pairs(at(root, 'require')), ...pairs(at(root, 'require-dev'), true)];
  return {
    name: textOf(at(root, 'name')),
    dependencies: all.filter(({ name }) => name.includes('/')), // the others are PHP itself and its extensions
  };
}

/** Only direct requirements: the go command adds those marked `// indirect` by itself. */
export function inGoMod(text: string): Declarations {
  let inBlock = false;
  const dependencies: Dependency[] = [];
  for (const line of lines(text)) {
    if (/^require\s*\($/.test(line)) inBlock = true;
    else if (line === ')') inBlock = false;
    else if ((inBlock || line.startsWith('require ')) && !/\/\/\s*indirect/.test(line)) {
      const [name, version = ''] = line
        .replace(/^require /, '')
        .trim()
        .split(/\s+/);
      if (name !== undefined && name !== '' && !name.startsWith('//'))
        dependencies.push({ name, version, development: false });
    }
  }
  return { name: /^module\s+(\S+)/m.exec(text)?.[1] ?? null, dependencies };
}

export function inCargoToml(text: string): Declarations {
  const root: unknown = toml(text);
  const inTable = (table: unknown) => [
    ...crates(at(table, 'dependencies')),
    ...crates(at(table, 'build-dependencies'), true),
    ...crates(at(table, 'dev-dependencies'), true),
  ];
  const workspace = at(root, 'workspace', 'dependencies');
  return {
    name: textOf(at(root, 'package', 'name')),
    dependencies: [...inTable(root), ...crates(workspace), ...values(at(root, 'target')).flatMap(inTable)],
    offers: entries(workspace).map(([alias, value]) => [alias, crates({ [alias]: value })]),
  };
}

/** A crate may be called something else here than its package: `alias = { package = "name" }`. */
function crates(table: unknown, development = false): Dependency[] {
  return entries(table).flatMap(([alias, value]) =>
    pairs({ [alias]: value }, development).map((entry) => ({
      ...entry,
      name: textOf(at(value, 'package')) ?? alias,
      ...(at(value, 'workspace') === true && { via: alias }),
    })),
  );
}

export function inPom(text: string): Declarations {
  const project = at(xml(text), 'project');
  const own = (name: string) =>
    textOf(at(project, 'properties', name)) ??
    (/^(?:project\.)?version$/.test(name) ? textOf(at(project, 'version')) : null);
  const resolved = (value: string) =>
    value.replace(/\$\{([\w.-]{1,200})\}/g, (whole, name: string) => own(name) ?? whole);
  const inTable = (table: unknown) =>
    nodes(at(table, 'dependencies', 'dependency')).map((node) => {
      const name = resolved(`${textOf(at(node, 'groupId')) ?? ''}:${textOf(at(node, 'artifactId')) ?? ''}`);
      const version = resolved(textOf(at(node, 'version')) ?? '');
      return { name, version, development: at(node, 'scope') === 'test', ...(version === '' && { via: name }) };
    });
  const profiles = nodes(at(project, 'profiles', 'profile'));
  return {
    name: textOf(at(project, 'artifactId')),
    dependencies: [project, ...profiles].flatMap(inTable),
    offers: [project, ...profiles].flatMap((table) =>
      inTable(at(table, 'dependencyManagement')).map(
        (entry) => [entry.name, [{ name: entry.name, version: entry.version }]] as const,
      ),
    ),
  };
}

export function inGemfile(text: string): Declarations {
  const notRead: string[] = [];
  const blocks: boolean[] = []; // one for each block that is open: whether it is a group for development
  const dependencies: Dependency[] = [];
  for (const line of lines(withoutRemarks(text))) {
    if (/^end\b/.test(line)) blocks.pop();
    else if (/\bdo(?:\s*\|.*\|)?$|^(?:if|unless|case)\b/.test(line))
      blocks.push(/^group\b.*:(?:development|test)\b/.test(line));
    const [, name, version = ''] = /^gem[\s(]+["']([^"']+)["'](?:\s*,\s*["']([^"']+)["'])?/.exec(line) ?? [];
    const development =
      blocks.includes(true) || /\bgroups?:.*:(?:development|test)\b|:groups?\s*=>.*:(?:development|test)\b/.test(line);
    if (name !== undefined) dependencies.push({ name, version, development });
    else if (/^(?:gem|eval_gemfile)[\s(]/.test(line)) notRead.push(line.slice(0, 100));
  }
  return { name: null, dependencies, notRead };
}

/** Ruby without its remarks of several lines, and without what follows the end of the program. */
function withoutRemarks(text: string): string {
  let isRemark = false;
  const program = text.split(/^__END__\r?$/m, 1)[0] ?? '';
  return program
    .split('\n')
    .filter((line) => {
      const isInside = isRemark || /^=begin(?:\s|$)/.test(line);
      isRemark = isInside && !/^=end(?:\s|$)/.test(line);
      return !isInside;
    })
    .join('\n');
}

/** Only what is written out: the specification is a program, which is not run. */
export function inGemspec(text: string): Declarations {
  const notRead: string[] = [];
  const dependencies = lines(withoutRemarks(text)).flatMap((line) => {
    const [, kind, rest = ''] = /\.add_((?:runtime_|development_)?dependency)\b[\s(]*(.*)$/.exec(line) ?? [];
    if (kind === undefined || line.startsWith('#')) return [];
    const [name, ...versions] = [...rest.matchAll(/["']([^"']+)["']/g)].map(([, value = '']) => value);
    if (name !== undefined && /^["']/.test(rest))
      return [{ name, version: versions.join(', '), development: kind.startsWith('development') }];
    notRead.push(line.slice(0, 100));
    return [];
  });
  return { name: /\.name\s*=\s*["']([^"']+)["']/.exec(text)?.[1] ?? null, dependencies, notRead };
}

export function inPubspec(text: string): Declarations {
  const root: unknown = yaml(text);
  return {
    name: textOf(at(root, 'name')),
    dependencies: [...pairs(at(root, 'dependencies')), ...pairs(at(root, 'dev_dependencies'), true)],
  };
}

/**
 * Reads a table from names to versions. In place of a version there may be a table that has one, or a list of such for different
 * platforms.
 */
export function pairs(table: unknown, development = false): Dependency[] {
  const versionOf = (value: unknown): string =>
    Array.isArray(value)
      ? [...new Set(value.map(versionOf))].join(' || ')
      : (textOf(value) ?? textOf(at(value, 'version')) ?? '');
  return entries(table).map(([name, value]) => ({ name, version: versionOf(value), development }));
}
