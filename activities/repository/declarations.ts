/**
 * Reads the dependencies that a manifest declares, one function for each format. They throw what their parsers throw; a part of
 * a manifest that has an unexpected form is skipped. Nothing is resolved, and no registry is asked.
 */
import { at, json, lines, list, nodes, textOf, toml, values, xml, yaml } from './shapes';

export interface Dependency {
  readonly name: string;
  /** As declared; empty when the manifest gives none. */
  readonly version: string;
  readonly development: boolean;
}

export interface Declarations {
  /** What the package calls itself; null when it has no name. */
  readonly name: string | null;
  readonly dependencies: readonly Dependency[];
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
    ],
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

export function inRequirements(text: string): Declarations {
  return { name: null, dependencies: lines(text).flatMap((line) => pep508(line.replace(/(^|\s)#.*$/, ''))) };
}

export function inPyproject(text: string): Declarations {
  const root: unknown = toml(text);
  const poetry = at(root, 'tool', 'poetry');
  const groups = values(at(poetry, 'group')).flatMap((group) => pairs(at(group, 'dependencies'), true));
  const all = [
    ...list(at(root, 'project', 'dependencies')).flatMap((line) => pep508(line)),
    ...values(at(root, 'project', 'optional-dependencies')).flatMap((extra) =>
      list(extra).flatMap((line) => pep508(line)),
    ),
    ...values(at(root, 'dependency-groups')).flatMap((group) => list(group).flatMap((line) => pep508(line, true))),
    ...pairs(at(poetry, 'dependencies')),
    ...pairs(at(poetry, 'dev-dependencies'), true),
    ...groups,
  ];
  return {
    name: textOf(at(root, 'project', 'name')) ?? textOf(at(poetry, 'name')),
    dependencies: all.filter(({ name }) => name.toLowerCase() !== 'python'),
  };
}

export function inPipfile(text: string): Declarations {
  const root: unknown = toml(text);
  return { name: null, dependencies: [...pairs(at(root, 'packages')), ...pairs(at(root, 'dev-packages'), true)] };
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
    ...pairs(at(table, 'dependencies')),
    ...pairs(at(table, 'build-dependencies'), true),
    ...pairs(at(table, 'dev-dependencies'), true),
  ];
  return {
    name: textOf(at(root, 'package', 'name')),
    dependencies: [...inTable(root), ...inTable(at(root, 'workspace')), ...values(at(root, 'target')).flatMap(inTable)],
  };
}

export function inPom(text: string): Declarations {
  const project = at(xml(text), 'project');
  const dependencies = nodes(at(project, 'dependencies', 'dependency')).map((node) => ({
    name: `${textOf(at(node, 'groupId')) ?? '?'}:${textOf(at(node, 'artifactId')) ?? '?'}`,
    version: textOf(at(node, 'version')) ?? '',
    development: at(node, 'scope') === 'test',
  }));
  return { name: textOf(at(project, 'artifactId')), dependencies };
}

/** Only what is written out, such as `implementation 'group:name:version'`: the build script is not run. */
export function inGradle(text: string): Declarations {
  const dependencies = lines(text).flatMap((line) => {
    const [, configuration = '', name = '', version = ''] =
      /^(\w+)\s*\(?\s*["']([\w.-]+:[\w.-]+)(?::([^"'@]+))?["'@]/.exec(line) ?? [];
    const counts = /(api|implementation|compileOnly|runtimeOnly|compile|processor|kapt|ksp)$/i.test(configuration);
    return counts ? [{ name, version, development: /^(test|androidTest)/.test(configuration) }] : [];
  });
  return { name: null, dependencies };
}

export function inGemfile(text: string): Declarations {
  const dependencies = lines(text).flatMap((line) => {
    const [, name, version = ''] = /^gem[\s(]+["']([^"']+)["'](?:\s*,\s*["']([^"']+)["'])?/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, version, development: false }];
  });
  return { name: null, dependencies };
}

export function inProject(text: string): Declarations {
  const groups = nodes(at(xml(text), 'Project', 'ItemGroup'));
  const dependencies = groups
    .flatMap((group) => nodes(at(group, 'PackageReference')))
    .map((node) => ({
      name: textOf(at(node, '@Include')) ?? '?',
      version: textOf(at(node, '@Version')) ?? textOf(at(node, 'Version')) ?? '',
      development: false,
    }));
  return { name: null, dependencies };
}

export function inPubspec(text: string): Declarations {
  const root: unknown = yaml(text);
  return {
    name: textOf(at(root, 'name')),
    dependencies: [...pairs(at(root, 'dependencies')), ...pairs(at(root, 'dev_dependencies'), true)],
  };
}

/** Reads a requirement such as `name[extra] >= 1.0; marker`. Returns nothing for options, urls and paths. */
function pep508(entry: unknown, development = false): Dependency[] {
  const [, name, version = ''] =
    /^([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*\(?([^;@)]*)/.exec(typeof entry === 'string' ? entry.trim() : '') ?? [];
  return name === undefined ? [] : [{ name, version: version.trim(), development }];
}

/** Reads a table from names to versions. In place of a version there may be a table that has one. */
function pairs(table: unknown, development = false): Dependency[] {
  if (typeof table !== 'object' || table === null || Array.isArray(table)) return [];
  return Object.entries(table).map(([name, value]: [string, unknown]) => ({
    name,
    version: textOf(value) ?? textOf(at(value, 'version')) ?? '',
    development,
  }));
}
