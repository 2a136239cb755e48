/** Type-checks files that are not on the disk as if they lay in this repository, with the project's own options. */
import { join, relative, sep } from 'node:path';
import ts from 'typescript';
import { packageRoot } from '../../cli/root';
import type { Line } from './documents';

const root = packageRoot();
const { config }: { readonly config?: unknown } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
/** Without the globals of Jest: no document shows a test of ours. */
const options = { ...ts.parseJsonConfigFileContent(config, ts.sys, root).options, types: ['node'] };
const disk = ts.createCompilerHost(options);

/** Files that belong together, by their paths in the repository. Where the disk has one of the same path, it is hidden from them. */
type Shown = ReadonlyMap<string, readonly Line[]>;

/** How the compiler takes a set of files: in a folder of its own, in which each imports as if it lay in the repository. */
function apart(files: Shown, folder: string) {
  const shown = new Set([...files.keys()].map((path) => join(root, path)));
  const repository: ts.ModuleResolutionHost = {
    ...disk,
    fileExists: (path) => shown.has(path) || disk.fileExists(path),
    directoryExists: (path) =>
      [...shown].some((file) => file.startsWith(`${path}${sep}`)) || ts.sys.directoryExists(path),
  };
  return {
    places: [...files.keys()].map((path) => join(folder, path)),
    linesAt: (place: string) => files.get(relative(folder, place)),
    resolve(name: string, place: string, mode: ts.ResolutionMode): ts.ResolvedModuleWithFailedLookupLocations {
      const from = join(root, relative(folder, place));
      const found = ts.resolveModuleName(name, from, options, repository, undefined, undefined, mode);
      const { resolvedModule } = found;
      if (resolvedModule === undefined || !shown.has(resolvedModule.resolvedFileName)) return found;
      const resolvedFileName = join(folder, relative(root, resolvedModule.resolvedFileName));
      return { ...found, resolvedModule: { ...resolvedModule, resolvedFileName } };
    },
  };
}

/**
 * Compiles sets of files, all by one compiler: what it finds out of the packages that they import takes longer than they do.
 *
 * @returns for each set what the compiler finds wrong in it, with where the line comes from; nothing when it compiles
 */
export function problemsIn(sets: readonly Shown[]): readonly (readonly string[])[] {
  const shown = sets.map((files, nth) => apart(files, join(root, `shown-${nth}`)));
  const setOf = (place: string) => shown.find(({ linesAt }) => linesAt(place) !== undefined);
  const linesAt = (place: string): readonly Line[] | undefined => setOf(place)?.linesAt(place);
  const textOf = (place: string): string | undefined =>
    linesAt(place)
      ?.map(({ text }) => text)
      .join('\n');
  const resolved = ts.createModuleResolutionCache(root, (path) => path, options);
  const host: ts.CompilerHost = {
    ...disk,
    jsDocParsingMode: ts.JSDocParsingMode.ParseForTypeErrors, // as tsc has it
    fileExists: (path) => setOf(path) !== undefined || disk.fileExists(path),
    readFile: (path) => textOf(path) ?? disk.readFile(path),
    getSourceFile(path, version) {
      const text = textOf(path);
      return text === undefined ? disk.getSourceFile(path, version) : ts.createSourceFile(path, text, version);
    },
    resolveModuleNameLiterals: (literals, from, redirected, settings, file) =>
      literals.map((literal) => {
        const mode = ts.getModeForUsageLocation(file, literal, settings);
        return (
          setOf(from)?.resolve(literal.text, from, mode) ??
          ts.resolveModuleName(literal.text, from, settings, disk, resolved, redirected, mode)
        );
      }),
  };
  const program = ts.createProgram(
    shown.flatMap(({ places }) => places),
    options,
    host,
  );
  return shown.map(({ places }) =>
    places.flatMap((place) => {
      const file = program.getSourceFile(place);
      return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
        ({ start = 0, messageText }) => {
          const { line = 0 } = file?.getLineAndCharacterOfPosition(start) ?? {};
          return `${linesAt(place)?.[line]?.at}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
        },
      );
    }),
  );
}
