/** Which files declare dependencies, and how each kind is read. A new kind is an entry here and a function in declarations.ts. */
import * as declared from './declarations';
import type { Declarations } from './declarations';

export interface ManifestKind {
  readonly ecosystem: string;
  readonly name: RegExp;
  /** May throw whatever its parser throws, and take any time: see {@link declarationsIn}. */
  readonly read: (text: string) => Declarations;
}

/** `name` is matched against the file's base name; the first match counts. */
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

/** Undefined when the file is not a manifest, or is in a folder of third-party packages. */
export function manifestKindOf(path: string): ManifestKind | undefined {
  if (/(^|\/)(node_modules|vendor|third_party|site-packages|bower_components)\//.test(path)) return undefined;
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.length > 100 ? undefined : KINDS.find((kind) => kind.name.test(name));
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
    const declared = manifestKindOf(path)?.read(text);
    return declared !== undefined && declared.dependencies.length > most ? 'too many' : declared;
  } catch {
    return undefined;
  }
}
