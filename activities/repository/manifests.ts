/** Which files declare dependencies, and how each kind is read. A new ecosystem is one entry here and one reader beside it. */
import * as declared from './declarations';
import type { Declarations } from './declarations';

export interface ManifestKind {
  readonly ecosystem: string;
  readonly name: RegExp;
  /** May throw whatever its parser throws. */
  readonly read: (text: string) => Declarations;
}

/** Matched against the base name; the first match counts. */
const KINDS: readonly ManifestKind[] = [
  { ecosystem: 'npm', name: /^package\.json$/, read: declared.inPackageJson },
  { ecosystem: 'PyPI', name: /^(requirements[\w.-]*|[\w.-]*requirements)\.txt$/, read: declared.inRequirements },
  { ecosystem: 'PyPI', name: /^pyproject\.toml$/, read: declared.inPyproject },
  { ecosystem: 'PyPI', name: /^Pipfile$/, read: declared.inPipfile },
  { ecosystem: 'Go', name: /^go\.mod$/, read: declared.inGoMod },
  { ecosystem: 'Cargo', name: /^Cargo\.toml$/, read: declared.inCargoToml },
  { ecosystem: 'Maven', name: /^pom\.xml$/, read: declared.inPom },
  { ecosystem: 'Gradle', name: /^build\.gradle(\.kts)?$/, read: declared.inGradle },
  { ecosystem: 'RubyGems', name: /^Gemfile$/, read: declared.inGemfile },
  { ecosystem: 'Composer', name: /^composer\.json$/, read: declared.inComposerJson },
  { ecosystem: 'NuGet', name: /\.(cs|fs|vb)proj$/, read: declared.inProject },
  { ecosystem: 'pub', name: /^pubspec\.ya?ml$/, read: declared.inPubspec },
];

/** Undefined when the file declares no dependencies, or lies in a folder of other people's packages. */
export function manifestKindOf(path: string): ManifestKind | undefined {
  if (/(^|\/)(node_modules|vendor|third_party|site-packages|bower_components)\//.test(path)) return undefined;
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.length > 100 ? undefined : KINDS.find((kind) => kind.name.test(name));
}
