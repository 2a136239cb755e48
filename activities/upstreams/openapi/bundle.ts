/** Puts a document and the files that it refers to together, and follows its references. Nothing is read from here. */
import { $RefParser, JSONParserErrorGroup } from '@apidevtools/json-schema-ref-parser';
import type { FileInfo, ParserOptions } from '@apidevtools/json-schema-ref-parser';
import { YAMLParseError, parse as parseYaml } from 'yaml';
import { isNode, ownOf } from './json';
import type { Node } from './json';

/** How deep a document may be nested. The deepest known public ones have some 40. */
const DEPTH_MAX = 150;
/** How many references may lead to one another before something that is no reference. */
const CHAIN_MAX = 20;
/** How often a YAML document may be larger than its text, since it repeats itself by aliases. */
const ALIASES_MAX = 100;

/** Why a document, or a part of it, cannot be used: a sentence of ours. */
export class Unusable extends Error {
  override name = 'Unusable';
}

export interface Sources {
  /** Address of the document: a URL, `file:` too. */
  readonly main: string;
  /** What was read so far, by address: the document, and files that it refers to. */
  readonly texts: ReadonlyMap<string, string>;
}

/** The document with references to itself only; or the addresses of files that have to be read before. */
export type Bundled = { readonly root: Node } | { readonly missing: readonly string[] };

/** @throws Unusable */
export async function bundled({ main, texts }: Sources): Promise<Bundled> {
  const missing = new Set<string>();
  const wrong: Unusable[] = [];
  const read = ({ url }: FileInfo): string => {
    if (!texts.has(url)) missing.add(url);
    return texts.get(url) ?? '{}';
  };
  const parse = ({ data }: FileInfo): unknown => {
    try {
      return parsed(String(data));
    } catch (error) {
      if (error instanceof Unusable) wrong.push(error);
      throw error;
    }
  };
  const root = parsed(texts.get(main) ?? '');
  try {
    await new $RefParser<Node, ParserOptions<Node>>().bundle(main, root, {
      continueOnError: true, // a reference that leads nowhere costs the operation that uses it, not all others
      resolve: { file: false, http: false, given: { order: 1, canRead: true, read } },
      parse: {
        json: false,
        yaml: false,
        text: false,
        binary: false,
        given: { order: 1, canParse: true, allowEmpty: true, parse },
      },
    });
  } catch (error) {
    if (!(error instanceof JSONParserErrorGroup)) throw error;
  }
  if (wrong[0]) throw wrong[0];
  return missing.size > 0 ? { missing: [...missing] } : { root };
}

/** @throws Unusable when the text is no object of JSON or YAML, or too deep */
function parsed(text: string): Node {
  const value = text.trimStart().startsWith('{') ? (jsonIn(text) ?? yamlIn(text)) : yamlIn(text);
  if (!isNode(value)) throw new Unusable('It is no object of JSON or YAML.');
  heightOf(value, 0, new Map());
  return value;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // YAML may begin with { as well
  }
}

function yamlIn(text: string): unknown {
  try {
    return parseYaml(text, { maxAliasCount: ALIASES_MAX, logLevel: 'error' });
  } catch (error) {
    const [at] = error instanceof YAMLParseError ? (error.linePos ?? []) : [];
    const where = at ? `: see line ${at.line}, column ${at.col}` : '';
    throw new Unusable(`It is neither JSON nor YAML${where}.`, { cause: error });
  }
}

/** Levels below `value`, which is at `depth`. What YAML repeats by an alias is looked at once; what contains itself is too deep. */
function heightOf(value: unknown, depth: number, known: Map<object, number>): number {
  if (typeof value !== 'object' || value === null) return 0;
  const height = known.get(value) ?? 0;
  if (depth + height > DEPTH_MAX) throw new Unusable(`It is nested deeper than ${DEPTH_MAX} levels.`);
  if (known.has(value)) return height;
  let most = 0;
  for (const inner of Object.values(value)) most = Math.max(most, 1 + heightOf(inner, depth + 1, known));
  known.set(value, most);
  return most;
}

/**
 * What a reference leads to.
 *
 * @param pointer - `#` and a JSON pointer
 * @returns undefined when it leads nowhere
 */
export function pointedAt(root: Node, pointer: string): unknown {
  if (!pointer.startsWith('#')) return undefined;
  let found: unknown = root;
  for (const token of pointer.slice(1).split('/').slice(1)) {
    const key = decoded(token).replaceAll('~1', '/').replaceAll('~0', '~');
    if (isNode(found)) found = ownOf(found, key);
    else found = Array.isArray(found) ? (found as readonly unknown[])[Number(key)] : undefined;
  }
  return found;
}

function decoded(token: string): string {
  try {
    return decodeURIComponent(token);
  } catch {
    return token;
  }
}

/**
 * The object that a node is, or that its reference leads to.
 *
 * @throws Unusable when it leads nowhere, or in circles
 */
export function followed(root: Node, node: unknown): Node {
  let at = node;
  for (let hops = 0; hops < CHAIN_MAX; hops += 1) {
    if (!isNode(at)) break;
    if (typeof at.$ref !== 'string') return at;
    at = pointedAt(root, at.$ref);
  }
  throw new Unusable('it has a reference that leads nowhere');
}
