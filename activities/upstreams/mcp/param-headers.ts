/** The headers that repeat arguments of a call since 2026-07-28, where the tool's schema asks for them. */
import type { Given } from '../../../workflows/upstream-contract';
import { isGiven } from '../given';

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/;
/** What a header carries as it is. */
const PLAIN = /^[\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?$/;
const ENCODED = /^=\?base64\?.*\?=$/;

/** @param schema - of the tool's arguments */
export function paramHeaders(schema: unknown, args: Given): Record<string, string> {
  const headers: Record<string, string> = {};
  const visit = (node: unknown, value: unknown): void => {
    if (!isGiven(node)) return;
    const name = node['x-mcp-header'];
    const text = textOf(value);
    if (typeof name === 'string' && TOKEN.test(name) && text !== undefined)
      headers[`Mcp-Param-${name}`] = encoded(text);
    if (!isGiven(node['properties']) || !isGiven(value)) return;
    for (const [key, inner] of Object.entries(node['properties']))
      if (Object.hasOwn(value, key)) visit(inner, value[key]);
  };
  visit(schema, args);
  return headers;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || Number.isSafeInteger(value)) return String(value);
  return typeof value === 'number' && Number.isFinite(value) && !Number.isInteger(value) ? String(value) : undefined;
}

const encoded = (text: string): string =>
  PLAIN.test(text) && !ENCODED.test(text) ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`;
