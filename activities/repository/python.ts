/** Reads what Python projects declare: requirement files, pyproject.toml, setup.cfg and Pipfile. See declarations.ts. */
import { pairs } from './declarations';
import type { Declarations, Dependency } from './declarations';
import { at, entries, lines, list, textOf, toml, values } from './shapes';

/** Names of groups, extras and files whose packages are needed for work on the project alone. */
const DEVELOPMENT =
  /(?:^|[^a-z])(?:dev|develop|development|tests?|testing|lint|linting|docs?|ci|typing|mypy|bench)(?:[^a-z]|$)/i;

/** A requirement, or what cannot be read of one. */
type Requirement = { readonly dependency: Dependency } | { readonly notRead: string } | undefined;

export function inRequirements(text: string, path: string): Declarations {
  const development = DEVELOPMENT.test(path.slice(path.lastIndexOf('/') + 1));
  const includes: string[] = [];
  const joined = text.replace(/\\\r?\n/g, ' ').replace(/\s--hash[=\s]\S+/g, ''); // a package may have a hundred hashes
  const read = lines(joined).map((line): Requirement => {
    const bare = line.replace(/(^|\s)#.*$/, '').trim();
    const [, option, file = ''] = /^(-r|--requirement|-c|--constraint)[\s=]\s*(\S+)/.exec(bare) ?? [];
    if (option === '-r' || option === '--requirement') {
      includes.push(file);
      return undefined;
    }
    if (option !== undefined) return { notRead: `versions in the constraints ${file}` };
    const wanted = bare.replace(/^(?:-e|--editable)[\s=]\s*/, '');
    return wanted.startsWith('-') ? undefined : requirementOf(wanted, development); // others are options of pip itself
  });
  return { name: null, includes, ...declared(read) };
}

export function inPyproject(text: string): Declarations {
  const root: unknown = toml(text);
  const [project, poetry] = [at(root, 'project'), at(root, 'tool', 'poetry')];
  const inLists = (table: unknown, isDevelopment: (name: string) => boolean): Requirement[] =>
    entries(table).flatMap(([name, group]) => list(group).map((line) => requirementOf(line, isDevelopment(name))));
  const one = (value: unknown, development: boolean) => list(value).map((line) => requirementOf(line, development));
  const always = () => true;
  const read = declared([
    ...one(at(project, 'dependencies'), false),
    ...inLists(at(project, 'optional-dependencies'), (name) => DEVELOPMENT.test(name)),
    ...inLists(at(root, 'dependency-groups'), always),
    ...one(at(root, 'tool', 'uv', 'dev-dependencies'), true),
    ...inLists(at(root, 'tool', 'pdm', 'dev-dependencies'), always),
    ...values(at(root, 'tool', 'hatch', 'envs')).flatMap((environment) => [
      ...one(at(environment, 'dependencies'), true),
      ...one(at(environment, 'extra-dependencies'), true),
    ]),
    ...one(at(root, 'build-system', 'requires'), true),
  ]);
  const inPoetry = [
    ...pairs(at(poetry, 'dependencies')),
    ...pairs(at(poetry, 'dev-dependencies'), true),
    ...values(at(poetry, 'group')).flatMap((group) => pairs(at(group, 'dependencies'), true)),
  ];
  const dynamic = list(at(project, 'dynamic')).filter(
    (name) => name === 'dependencies' || name === 'optional-dependencies',
  );
  return {
    name: textOf(at(project, 'name')) ?? textOf(at(poetry, 'name')),
    dependencies: [...read.dependencies, ...inPoetry].filter(({ name }) => name.toLowerCase() !== 'python'),
    notRead: [...read.notRead, ...dynamic.map((name) => `${name}, which the build computes`)],
  };
}

export function inPipfile(text: string): Declarations {
  const root: unknown = toml(text);
  return { name: null, dependencies: [...pairs(at(root, 'packages')), ...pairs(at(root, 'dev-packages'), true)] };
}

/** Sections of `key = value`, in which a value goes on in lines that are indented. */
export function inSetupCfg(text: string): Declarations {
  let [section, key] = ['', ''];
  let name: string | null = null;
  const read: Requirement[] = [];
  for (const line of text.split('\n').filter(({ length }) => length <= 1_000)) {
    if (/^\s*(?:[#;]|$)/.test(line)) continue;
    const [, heading] = /^\[([^\]]+)\]/.exec(line) ?? [];
    const [, newKey, first = ''] = /^([\w.-]+)\s*[=:](.*)$/.exec(line) ?? [];
    if (heading !== undefined) {
      [section, key] = [heading, ''];
      continue;
    }
    if (newKey !== undefined) key = newKey;
    const value = (newKey === undefined ? line : first).trim();
    if (value === '') continue;
    if (section === 'metadata' && newKey === 'name') name = value;
    const isList = section === 'options' && /^(?:install_requires|setup_requires|tests_require)$/.test(key);
    if (!isList && section !== 'options.extras_require') continue;
    const development = key !== 'install_requires' && (isList || DEVELOPMENT.test(key));
    read.push(value.startsWith('file:') ? { notRead: `${key} in ${value}` } : requirementOf(value, development));
  }
  return { name, ...declared(read) };
}

/** It is a program. What it passes to `setup` may be computed, so that nothing of it is read. */
export function inSetupPy(text: string): Declarations {
  const found = ['install_requires', 'setup_requires', 'extras_require', 'tests_require'].filter((name) =>
    text.includes(name),
  );
  return {
    name: null,
    dependencies: [],
    notRead: found.map((name) => `${name} of setup.py, a program that is not run`),
  };
}

/** Reads `name[extra] >= 1.0; marker`, `name @ url`, or a url that tells the name. A path is the project itself, or a part of it. */
function requirementOf(given: unknown, development: boolean): Requirement {
  const entry = typeof given === 'string' ? given.trim().replace(/\s--[a-z].*$/, '') : '';
  if (/^(?:[a-z]+\+)?(?:https?|ssh|git|file):/i.test(entry)) return inUrl(entry, development);
  if (/^[^;<>=@]*\.(?:whl|zip|tar\.gz)(?:\[[^\]]*\])?$/i.test(entry))
    return { notRead: `the package in the file ${entry}` };
  const [, name, rest = ''] = /^([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(.*)$/.exec(entry) ?? [];
  if (name === undefined || /^[\\/]/.test(rest)) return undefined;
  const [before = ''] = rest.split(rest.startsWith('@') ? ' ;' : ';');
  const version = withoutUser(
    before
      .trim()
      .replace(/^\((.*)\)$/, '$1')
      .trim(),
  );
  return /^(?:$|[<>=!~@])/.test(version)
    ? { dependency: { name, version, development } }
    : { notRead: withoutUser(entry) };
}

function inUrl(entry: string, development: boolean): Requirement {
  const [, egg] = /[#&]egg=([A-Za-z0-9][\w.-]*)/.exec(entry) ?? [];
  const [, wheel, version = ''] = /\/([A-Za-z0-9][\w.]*)-([\w.!+]+)-[^/]*\.whl(?:[?#]|$)/.exec(entry) ?? [];
  const name = egg ?? wheel;
  if (name === undefined) return { notRead: `the package at ${withoutUser(entry)}` };
  return {
    dependency: {
      name,
      version: egg === undefined ? version : `@ ${withoutUser(entry.replace(/#.*$/, ''))}`,
      development,
    },
  };
}

/** A url may hold a password. */
const withoutUser = (text: string): string => text.replace(/\/\/[^/@\s]{0,500}@/g, '//');

function declared(read: readonly Requirement[]) {
  const [dependencies, notRead]: [Dependency[], string[]] = [[], []];
  for (const requirement of read) {
    if (requirement === undefined) continue;
    if ('dependency' in requirement) dependencies.push(requirement.dependency);
    else notRead.push(requirement.notRead);
  }
  return { dependencies, notRead };
}
