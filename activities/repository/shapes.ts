/** Reads values from parsed data of unknown shape. What is missing, or has another type, counts as absent and is no error. */
import { XMLParser } from 'fast-xml-parser';
import { parse as parseToml } from 'smol-toml';
import { parse as parseYaml } from 'yaml';
import { assertShallow, assertShallowYaml } from './nesting';

/** Parses JSON. Throws when the text is none, or nested too deeply. */
export function json(text: string): unknown {
  assertShallow(text);
  return JSON.parse(text);
}

/** Parses TOML. Throws when the text is none, or nested too deeply. */
export function toml(text: string): unknown {
  assertShallow(text);
  return parseToml(text);
}

/** Parses YAML without aliases. Throws when the text is none, or nested too deeply. */
export function yaml(text: string): unknown {
  assertShallowYaml(text);
  return parseYaml(text, { maxAliasCount: 0, logLevel: 'error' });
}

/** Parses XML. Every value is a string; attributes are under `@name`. Throws when the text is not well-formed. */
export function xml(text: string): unknown {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseTagValue: false,
    parseAttributeValue: false,
    maxNestedTags: 100,
    processEntities: false, // no expansion of entities that the file defines
  });
  return parser.parse(text, true);
}

/** The lines of a text, trimmed. Lines over 1,000 characters are left out: no declaration is that long. */
export function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.length <= 1_000);
}

/** The value at a path of keys; undefined when a key is missing. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key) ? Reflect.get(inner, key) : undefined,
    value,
  );
}

/** All elements of one name in parsed XML, where the value is a list only when there are several. */
export function nodes(value: unknown): readonly unknown[] {
  return value === undefined ? [] : list(value).length > 0 ? list(value) : [value];
}

/** The elements of a list; none when the value is not a list. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The values of a table or list; none when the value is neither. */
export function values(value: unknown): readonly unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

/** The keys and values of a table; none when the value is none. */
export function entries(table: unknown): [string, unknown][] {
  return typeof table === 'object' && table !== null && !Array.isArray(table) ? Object.entries(table) : [];
}

/** A string, or a number as a string; null for any other value. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null;
}
