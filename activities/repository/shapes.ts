/** Looks into parsed data that may have any shape, because a stranger wrote it: what is not there is simply absent. */
import { XMLParser } from 'fast-xml-parser';

/** Parses XML as plain text values, attributes under `@name`. Throws when it is not well-formed. */
export function xml(text: string): unknown {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseTagValue: false,
    parseAttributeValue: false,
    processEntities: false, // no expansion of entities that the file defines
  });
  return parser.parse(text, true);
}

/** Lines without their surrounding blanks. Absurdly long ones are left out: no declaration looks like that. */
export function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.length <= 1_000);
}

/** What lies at a path of keys; undefined when any of them is missing. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key) ? Reflect.get(inner, key) : undefined,
    value,
  );
}

/** An XML element that may occur once, often or never. */
export function nodes(value: unknown): readonly unknown[] {
  return value === undefined ? [] : list(value).length > 0 ? list(value) : [value];
}

/** The elements of a list; none when it is something else. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The values of a table or list; none when it is something else. */
export function values(value: unknown): readonly unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

/** A text, or a number as one; null when it is something else. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null;
}
