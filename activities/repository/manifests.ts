/** Which files declare dependencies, and how each kind is read. A new kind is an entry here, and a function that reads it. */
import { head } from '../../workflows/cut';
import * as declared from './declarations';
import type { Declarations } from './declarations';
import { inGradle, inVersionCatalog } from './gradle';
import { inPackagesConfig, inPaket, inProject } from './nuget';
import { inPipfile, inPyproject, inRequirements, inSetupCfg, inSetupPy } from './python';

export interface ManifestKind {
  readonly ecosystem: string;
  readonly name: RegExp;
  /** The folders that it has to be in. Absent: any. */
  readonly folder?: RegExp;
  /** May throw whatever its parser throws, and take any time: see {@link declarationsIn}. */
  readonly read: (text: string, path: string) => Declarations;
}

/** `name` is matched against the file's base name; the first match counts. */
const KINDS: readonly ManifestKind[] = [
  { ecosystem: 'npm', name: /^package\.json$/, read: declared.inPackageJson },
  { ecosystem: 'npm', name: /^pnpm-workspace\.yaml$/, read: declared.inPnpmWorkspace },
  { ecosystem: 'PyPI', name: /^(requirements[\w.-]*|[\w.-]*requirements)\.(txt|in)$/, read: inRequirements },
  {
    ecosystem: 'PyPI',
    name: /^(?!constraints)[\w.-]+\.(txt|in)$/,
    folder: /(^|\/)requirements\/$/,
    read: inRequirements,
  },
  { ecosystem: 'PyPI', name: /^pyproject\.toml$/, read: inPyproject },
  { ecosystem: 'PyPI', name: /^setup\.cfg$/, read: inSetupCfg },
  { ecosystem: 'PyPI', name: /^setup\.py$/, read: inSetupPy },
  { ecosystem: 'PyPI', name: /^Pipfile$/, read: inPipfile },
  { ecosystem: 'Go', name: /^go\.mod$/, read: declared.inGoMod },
  { ecosystem: 'Cargo', name: /^Cargo\.toml$/, read: declared.inCargoToml },
  { ecosystem: 'Maven', name: /^pom\.xml$/, read: declared.inPom },
  { ecosystem: 'Gradle', name: /^build\.gradle(\.kts)?$/, read: inGradle },
  { ecosystem: 'Gradle', name: /^[a-z]\w*\.versions\.toml$/, folder: /(^|\/)gradle\/$/, read: inVersionCatalog },
  { ecosystem: 'RubyGems', name: /^Gemfile$/, read: declared.inGemfile },
  { ecosystem: 'RubyGems', name: /\.gemspec$/, read: declared.inGemspec },
  { ecosystem: 'Composer', name: /^composer\.json$/, read: declared.inComposerJson },
  { ecosystem: 'NuGet', name: /\.(cs|fs|vb)proj$/, read: inProject },
  { ecosystem: 'NuGet', name: /^Directory\.(Packages\.props|Build\.(props|targets))$/, read: inProject },
  { ecosystem: 'NuGet', name: /^packages\.config$/, read: inPackagesConfig },
  { ecosystem: 'NuGet', name: /^paket\.dependencies$/, read: inPaket },
  { ecosystem: 'pub', name: /^pubspec\.ya?ml$/, read: declared.inPubspec },
  ...Object.entries({
    Swift: /^Package\.swift$/,
    CocoaPods: /^Podfile$/,
    Hex: /^(mix\.exs|rebar\.config)$/,
    sbt: /^build\.sbt$/,
    Clojure: /^(deps\.edn|project\.clj)$/,
    Haskell: /^(package\.yaml|[\w-]+\.cabal)$/,
    Conan: /^conanfile\.(txt|py)$/,
    vcpkg: /^vcpkg\.json$/,
    conda: /^environment\.ya?ml$/,
  }).map(([ecosystem, name]) => ({
    ecosystem,
    name,
    read: () => ({ name: null, dependencies: [], notRead: ['the whole manifest, whose kind this tool cannot read'] }),
  })),
];

/** How much is kept of a name or a version, characters: more than any registry takes. */
const LONGEST = 256;

/** Folders of what shows how something is used, and of what tests are given. */
const SAMPLES = /^(examples?|samples?|demos?|fixtures?|__fixtures__|test-?data|test-?fixtures?|test-?cases)$/i;
const TESTS = /^(tests?|specs?|__tests__)$/i;
/** Folders in those of tests that hold what tests are given. */
const GIVEN = /^(sources?|data|resources|inputs?|snapshots?|projects|repos|syntax-tests)$/i;

/** Whether a manifest is that of a sample or a fixture: what it declares is not what the project depends on. */
export function isSample(path: string): boolean {
  const folders = path.split('/').slice(0, -1);
  const tests = folders.findIndex((folder) => TESTS.test(folder));
  return folders.some((folder, at) => SAMPLES.test(folder) || (tests !== -1 && at > tests && GIVEN.test(folder)));
}

/** Whether a manifest is that of tests, so that the project is used without what it declares. */
export function isForTests(path: string): boolean {
  return path
    .split('/')
    .slice(0, -1)
    .some((folder) => TESTS.test(folder));
}

/** Undefined when the file is not a manifest, or is in a folder of third-party packages. */
export function manifestKindOf(path: string): ManifestKind | undefined {
  if (/(^|\/)(node_modules|vendor|third_party|site-packages|bower_components)\//.test(path)) return undefined;
  const name = path.slice(path.lastIndexOf('/') + 1);
  const folder = path.slice(0, path.length - name.length);
  return name.length > 100
    ? undefined
    : KINDS.find((kind) => kind.name.test(name) && (kind.folder === undefined || kind.folder.test(folder)));
}

/**
 * Reads a manifest. Run it in a thread, with a limit of time: a stranger wrote the text.
 *
 * @param most - most dependencies that are returned
 * @returns undefined when the text is not of the kind that its file name promises
 */
export function declarationsIn({
  path,
  text,
  most,
}: {
  path: string;
  text: string;
  most: number;
}): Declarations | 'too many' | undefined {
  try {
    const found = manifestKindOf(path)?.read(text, path);
    if (found === undefined) return undefined;
    const offered = (found.offers ?? []).reduce((sum, [, entries]) => sum + entries.length, 0);
    if (found.dependencies.length + offered > most) return 'too many';
    const dependencies = found.dependencies.map((entry) => ({
      ...entry,
      name: head(entry.name, LONGEST),
      version: head(entry.version, LONGEST),
    }));
    return { ...found, name: found.name && head(found.name, LONGEST), dependencies };
  } catch {
    return undefined;
  }
}
