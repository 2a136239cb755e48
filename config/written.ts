/** A file of settings as it is written: what it says, and on which line each setting stands. YAML, or JSON as people write it by hand. */
import { readFileSync } from 'node:fs';
import { LineCounter, isCollection, isMap, isPair, isScalar, isSeq, parseDocument, visit } from 'yaml';
import type { Document, Node, Range, Scalar } from 'yaml';
import { BadSetting } from './file';
import type { Place, Problem } from './file';

export interface Written {
  readonly path: string;
  /** What it says; undefined: nothing. */
  readonly value: unknown;
  /** Where a setting stands; where it is not there itself, the one around it. */
  readonly placeOf: (setting: readonly PropertyKey[]) => Place;
  /** Values whose references could not be replaced. */
  readonly unexpanded: readonly Problem[];
}

/** Replaces the text of a value. @throws BadSetting that says why it cannot */
export type Expand = (text: string, setting: readonly PropertyKey[]) => string;

/**
 * Reads YAML.
 *
 * @param named - who names the file, for the message: HOLDFAST_CONFIG, or a command's argument
 * @param expand - replaces texts; what stands without quotes and becomes a number or a truth value is one then
 * @throws BadSetting that says what keeps it from being read, and where
 */
export function yamlAt(path: string, named: string, expand: Expand): Written {
  return writtenIn(textAt(path, named), { path, named, language: 'YAML' }, expand);
}

/**
 * Reads JSON, comments and commas behind the last member allowed.
 *
 * @param named - who names the file, for the message
 * @throws BadSetting that says what keeps it from being read, and where
 */
export function jsonAt(path: string, named: string): Written {
  return writtenIn(withoutComments(textAt(path, named)), { path, named, language: 'JSON' });
}

interface Source {
  readonly path: string;
  readonly named: string;
  readonly language: 'YAML' | 'JSON';
}

function textAt(path: string, named: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    const message = `${named} names ${path}, which cannot be read. Correct the path, or unset it.`;
    throw new BadSetting(message, [{ file: path, setting: '', message: 'It cannot be read.' }]);
  }
}

function writtenIn(text: string, { path, named, language }: Source, expand?: Expand): Written {
  const lines = new LineCounter();
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const document = parseDocument(text, { lineCounter: lines });
  const [error] = document.errors;
  if (error) {
    const [said = ''] = error.message.split('\n', 1); // the lines after it show the place in the file
    const problems = document.errors.map(({ message, pos: [offset] }): Problem => ({
      file: path,
      setting: '',
      message: `${(message.split('\n', 1)[0] ?? '').replace(/ at line \d+, column \d+:?$/, '')}.`,
      place: place(offset),
    }));
    throw new BadSetting(`${named} names ${path}, which is not ${language}: ${said.replace(/:$/, '')}.`, problems);
  }
  const placeOf = (setting: readonly PropertyKey[]): Place => place(rangeOf(document, setting)?.[0] ?? 0);
  const unexpanded = expand ? expandAll(document, expand) : [];
  return {
    path,
    value: document.toJS(),
    placeOf,
    unexpanded: unexpanded.map(({ offset, message }) => ({ file: path, setting: '', message, place: place(offset) })),
  };
}

/** Where a setting begins, its name included. */
function rangeOf(document: Document.Parsed, setting: readonly PropertyKey[]): Range | null | undefined {
  let node: unknown = document.contents;
  let range = document.contents?.range;
  for (const name of setting) {
    if (!isCollection(node)) break;
    const pair = isMap(node)
      ? node.items.find(({ key }) => isScalar(key) && String(key.value) === String(name))
      : undefined;
    node = pair ? pair.value : node.get(typeof name === 'symbol' ? name.toString() : name, true);
    const found = (pair ? (pair.key as Node | null) : (node as Node | undefined))?.range;
    if (!found) break;
    range = found;
  }
  return range;
}

/** Replaces texts. @returns those that could not be, and why */
function expandAll(document: Document.Parsed, expand: Expand): { offset: number; message: string }[] {
  const failed: { offset: number; message: string }[] = [];
  visit(document, {
    Scalar(key, node, path) {
      if (key === 'key' || typeof node.value !== 'string') return;
      try {
        const text = expand(node.value, settingAt(node, path));
        if (text !== node.value) node.value = node.type === 'PLAIN' ? plainValue(text) : text;
      } catch (error) {
        if (!(error instanceof BadSetting)) throw error;
        failed.push({ offset: node.range?.[0] ?? 0, message: error.message.replace(/\.$/, '') });
      }
    },
  });
  return failed;
}

/** The names and places in lists that lead to a value. */
const settingAt = (node: Scalar, path: readonly unknown[]): PropertyKey[] =>
  path.flatMap((parent, at): PropertyKey[] => {
    if (isPair(parent)) return isScalar(parent.key) ? [String(parent.key.value)] : [];
    return isSeq(parent) ? [parent.items.indexOf(path[at + 1] ?? node)] : [];
  });

/** What a text is in YAML that stands without quotes; anything but a number or a truth value stays a text. */
function plainValue(text: string): Scalar['value'] {
  if (!/^(true|false|-?\d+(\.\d+)?)$/.test(text)) return text;
  return JSON.parse(text) as boolean | number;
}

/** The text with spaces for comments and tabs: all else stays on its line and column. */
function withoutComments(text: string): string {
  return text.replace(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|\t/g, (found) =>
    found.startsWith('"') ? found : found.replace(/[^\n]/g, ' '),
  );
}
