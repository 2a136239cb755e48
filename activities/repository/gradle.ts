/** Reads what is written out in build scripts of Gradle, which are not run, and in its version catalogs. See declarations.ts. */
import type { Declarations, Dependency } from './declarations';
import { at, entries, lines, list, textOf, toml } from './shapes';

/** What a line in `dependencies { }` begins with: a configuration, such as `testImplementation`. */
const CONFIGURATION =
  /^["']?(\w*(?:api|implementation|compileOnly|runtimeOnly|developmentOnly|compile|runtime|provided|providedCompile|processor|kapt|ksp|classpath))["']?\s*(?:\(|\s)\s*(.*)$/i;
const FOR_DEVELOPMENT =
  /^(?:test|androidTest|integrationTest|functionalTest|jmh|benchmark|developmentOnly|classpath)|DevelopmentOnly$/;
/** `platform(…)` and the like stand around what is meant. */
const AROUND = /^(?:dependencies\s*\.\s*)?(?:platform|enforcedPlatform|testFixtures)\s*\(\s*/;
/** What is of the project itself. */
const OWN = /^(?:project|projects\b|files|fileTree|gradleApi|gradleTestKit|localGroovy|sourceSets|configurations)\b/;
/** Most lines that one call may take. */
const MOST_LINES = 20;

export function inGradle(text: string): Declarations {
  const dependencies: Dependency[] = [];
  const notRead: string[] = [];
  for (const { call, isInBlock } of callsIn(text)) {
    const [, configuration = '', argument = ''] = CONFIGURATION.exec(call) ?? [];
    if (configuration === '') continue;
    const development = FOR_DEVELOPMENT.test(configuration);
    const found = inArgument(argument.replace(AROUND, ''));
    if (found !== undefined) dependencies.push(...found.map((entry) => ({ ...entry, development })));
    else if (isInBlock) notRead.push(call.slice(0, 100));
  }
  return { name: null, dependencies, notRead };
}

/** Lines in which a call begins, with those up to its last bracket. */
function callsIn(text: string): { call: string; isInBlock: boolean }[] {
  const all = lines(text).map((line) => (line.startsWith('//') || line.startsWith('*') ? '' : line));
  let depth = 0; // how many curly brackets are open in `dependencies { }`
  return all.flatMap((line, start) => {
    const isInBlock = depth > 0;
    if (isInBlock || /(?:^|\s)dependencies\s*\{/.test(line)) depth = Math.max(0, depth + openIn(line, '{', '}'));
    if (!CONFIGURATION.test(`${line} `)) return [];
    let call = line;
    let open = openIn(line, '(', ')');
    for (let next = start + 1; open > 0 && next < start + MOST_LINES && next < all.length; next += 1) {
      const more = all[next] ?? '';
      call += ` ${more}`;
      open += openIn(more, '(', ')');
    }
    return [{ call, isInBlock }];
  });
}

const openIn = (line: string, open: string, close: string): number =>
  line.split(open).length - line.split(close).length;

type Found = Omit<Dependency, 'development'>;

/** Undefined when the argument is not understood. */
function inArgument(argument: string): Found[] | undefined {
  if (OWN.test(argument)) return [];
  const [, catalogued] = /^([a-z]\w*(?:\.\w+)+)/.exec(argument) ?? [];
  if (catalogued !== undefined) return [{ name: '', version: '', via: catalogued.replace(/\.get$/, '') }];
  const [, kotlin] = /^kotlin\(\s*["']([\w-]+)["']/.exec(argument) ?? [];
  if (kotlin !== undefined) return [{ name: `org.jetbrains.kotlin:kotlin-${kotlin}`, version: '' }];
  const named = new Map(
    [...argument.matchAll(/\b(group|name|version)\s*[:=]\s*["']([^"']*)["']/g)].map(([, key = '', value = '']) => [
      key,
      value,
    ]),
  );
  if (named.has('name')) {
    return [{ name: `${named.get('group') ?? ''}:${named.get('name') ?? ''}`, version: named.get('version') ?? '' }];
  }
  const [before = ''] = argument.split('{'); // what stands in a block excludes, or gives reasons
  const written = [...before.matchAll(/["']([\w.-]+:[\w.-]+)(?::([^"'@:]*))?[^"']*["']/g)];
  return written.length === 0 ? undefined : written.map(([, name = '', version = '']) => ({ name, version }));
}

/** `gradle/libs.versions.toml`: what scripts name as `libs.some.alias`, and as `libs.bundles.some`. */
export function inVersionCatalog(text: string, path: string): Declarations {
  const root: unknown = toml(text);
  const prefix = path.slice(path.lastIndexOf('/') + 1).replace(/\.versions\.toml$/, '');
  const accessorOf = (alias: string) => alias.replace(/[-_]/g, '.');
  const versionOf = (given: unknown): string => {
    const reference = textOf(at(given, 'ref'));
    if (reference !== null) return versionOf(at(root, 'versions', reference));
    return textOf(given) ?? textOf(at(given, 'strictly') ?? at(given, 'require') ?? at(given, 'prefer')) ?? '';
  };
  const libraries = new Map(
    entries(at(root, 'libraries')).flatMap(([alias, given]): [string, Found][] => {
      const [group = '', name = '', version = ''] = (textOf(given) ?? textOf(at(given, 'module')) ?? '').split(':');
      const [ofGroup, ofName] = [textOf(at(given, 'group')) ?? group, textOf(at(given, 'name')) ?? name];
      if (ofName === '') return [];
      return [[alias, { name: `${ofGroup}:${ofName}`, version: version || versionOf(at(given, 'version')) }]];
    }),
  );
  const bundles = entries(at(root, 'bundles')).map(([alias, names]): [string, Found[]] => [
    `${prefix}.bundles.${accessorOf(alias)}`,
    list(names).flatMap((name) => libraries.get(String(name)) ?? []),
  ]);
  return {
    name: null,
    dependencies: [],
    offers: [
      ...[...libraries].map(([alias, library]): [string, Found[]] => [`${prefix}.${accessorOf(alias)}`, [library]]),
      ...bundles,
    ],
  };
}
