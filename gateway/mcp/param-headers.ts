/** Headers that repeat arguments of a call, for whoever routes it by them (`x-mcp-header` in a tool's schema, since 2026-07-28). */
import type { Tool } from '../tools';
import { isRecord } from '../json';

/** An argument that a header repeats. */
interface Repeated {
  readonly header: string;
  /** The names that lead to it. */
  readonly path: readonly string[];
}

const known = new WeakMap<Tool, readonly Repeated[]>();
const ENCODED = /^=\?base64\?(.*)\?=$/;
const PLAIN = /^[\t -~]*$/;
const DECIMAL = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;

/**
 * A header that says something else than the argument that it repeats: whoever routed the call by it has routed another one. One that is
 * absent, or that the tool does not know, is no reason to refuse.
 *
 * @param header - finds a header of the request
 * @returns a sentence, or undefined when there is none
 */
export function mismatchIn(
  tool: Tool,
  args: Readonly<Record<string, unknown>>,
  header: (name: string) => string | undefined,
): string | undefined {
  for (const { header: name, path } of repeatedIn(tool)) {
    const said = header(name.toLowerCase());
    if (said !== undefined && !saysTheSame(said, valueAt(args, path)))
      return `The header ${name} does not say what the argument ${path.join('.')} says. Read tools/list again, and send what its schema asks for.`;
  }
  return undefined;
}

function repeatedIn(tool: Tool): readonly Repeated[] {
  const before = known.get(tool);
  if (before) return before;
  const found = repeated(tool.listed.inputSchema, []);
  known.set(tool, found);
  return found;
}

function repeated(schema: unknown, path: readonly string[]): Repeated[] {
  if (!isRecord(schema)) return [];
  const name = schema['x-mcp-header'];
  const properties = isRecord(schema['properties']) ? Object.entries(schema['properties']) : [];
  return [
    ...(typeof name === 'string' && path.length > 0 ? [{ header: `Mcp-Param-${name}`, path }] : []),
    ...properties.flatMap(([key, inner]) => repeated(inner, [...path, key])),
  ];
}

const valueAt = (args: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, key) => (isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined), args);

function saysTheSame(said: string, value: unknown): boolean {
  const text = decoded(said);
  if (text === undefined) return false;
  if (typeof value === 'number') return DECIMAL.test(text) && Number(text) === value;
  return (typeof value === 'string' || typeof value === 'boolean') && text === String(value);
}

/** What a header says; undefined where it is neither plain ASCII nor the base64 of UTF-8: whoever routes by it may have read another value. */
function decoded(said: string): string | undefined {
  const [, encoded] = ENCODED.exec(said) ?? [];
  if (encoded === undefined) return PLAIN.test(said) ? said : undefined;
  const text = Buffer.from(encoded, 'base64').toString();
  return Buffer.from(text).toString('base64') === encoded ? text : undefined;
}
