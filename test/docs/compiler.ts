/** Type-checks files that are not on the disk as if they lay in this repository, with the project's own options. */
import { join } from 'node:path';
import ts from 'typescript';
import { packageRoot } from '../../cli/root';
import type { Line } from './documents';

const root = packageRoot();
const { config }: { readonly config?: unknown } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
/** Without the globals of Jest: no document shows a test of ours. */
const options = { ...ts.parseJsonConfigFileContent(config, ts.sys, root).options, types: ['node'] };
const disk = ts.createCompilerHost(options);
/** Files of the disk are parsed once for all programs. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/**
 * Compiles `files`, by their paths in the repository; where the disk has one of the same path, it is hidden.
 *
 * @returns what the compiler finds wrong in them, each with where the line comes from; nothing when they compile
 */
export function problemsIn(files: ReadonlyMap<string, readonly Line[]>): readonly string[] {
  const shown = new Map([...files].map(([path, lines]) => [join(root, path), lines]));
  const textOf = (path: string): string | undefined =>
    shown
      .get(path)
      ?.map(({ text }) => text)
      .join('\n');
  const host: ts.CompilerHost = {
    ...disk,
    jsDocParsingMode: ts.JSDocParsingMode.ParseForTypeErrors, // as tsc has it
    fileExists: (path) => shown.has(path) || disk.fileExists(path),
    readFile: (path) => textOf(path) ?? disk.readFile(path),
    directoryExists: (folder) =>
      [...shown.keys()].some((path) => path.startsWith(`${folder}/`)) || ts.sys.directoryExists(folder),
    getSourceFile(path, version) {
      const text = textOf(path);
      if (text !== undefined) return ts.createSourceFile(path, text, version);
      if (!parsed.has(path)) parsed.set(path, disk.getSourceFile(path, version));
      return parsed.get(path);
    },
  };
  const program = ts.createProgram([...shown.keys()], options, host);
  return [...shown].flatMap(([path, lines]) => {
    const file = program.getSourceFile(path);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ start = 0, messageText }) => {
        const { line = 0 } = file?.getLineAndCharacterOfPosition(start) ?? {};
        return `${lines[line]?.at}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
      },
    );
  });
}
