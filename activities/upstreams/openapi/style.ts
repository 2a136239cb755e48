/** Writes values into addresses and headers as OpenAPI's styles say: RFC 6570 for paths and forms, `deepObject` as servers read it. */
import type { Style } from './api';
import { isNode } from './json';

/** How deep `deepObject` descends. What is deeper is written as JSON. */
const DEPTH_MAX = 8;

type Encode = (text: string) => string;

/** A value inside an address, where it can mean nothing but itself. */
export const encoded: Encode = (text) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * With `allowReserved`, characters that have a meaning in addresses stay as they are. Those that would end the value do not: a
 * caller's value adds no parameter and cuts none off.
 */
const reserved: Encode = (text) => encodeURI(text).replace(/[#&+[\]]/g, encodeURIComponent);

/** Scalars as text; what is nested as JSON, since no style says how to write it. */
export const scalarOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Entries of an object that have a value. */
const entriesOf = (value: Readonly<Record<string, unknown>>): [string, unknown][] =>
  Object.entries(value).filter(([, inner]) => inner !== undefined && inner !== null);

/** Pieces of an array; names and values of an object in turn, or `name=value` if exploded. */
function piecesOf(value: unknown, explode: boolean, encode: Encode): string[] {
  if (Array.isArray(value)) return value.map((inner) => encode(scalarOf(inner)));
  if (!isNode(value)) return [encode(scalarOf(value))];
  return entriesOf(value).flatMap(([name, inner]) => {
    const [key, text] = [encode(name), encode(scalarOf(inner))];
    return explode ? [`${key}=${text}`] : [key, text];
  });
}

/** Fills a parameter of a path. */
export function pathText(name: string, value: unknown, { style, explode }: Style): string {
  const pieces = piecesOf(value, explode, encoded);
  const key = encoded(name);
  if (style === 'label') return `.${pieces.join(explode ? '.' : ',')}`;
  if (style !== 'matrix') return pieces.join(',');
  if (!explode) return pieces.join(',') === '' ? `;${key}` : `;${key}=${pieces.join(',')}`;
  if (isNode(value)) return pieces.map((piece) => `;${piece}`).join('');
  return pieces.map((piece) => (piece === '' ? `;${key}` : `;${key}=${piece}`)).join('');
}

/** A header: nothing is encoded. */
export function headerText(value: unknown, { explode }: Pick<Style, 'explode'>): string {
  return piecesOf(value, explode, (text) => text).join(',');
}

/** Pairs `name=value` of a query, a form or cookies, encoded. */
export function pairsOf(name: string, value: unknown, { style, explode, allowReserved }: Style): string[] {
  const encode = allowReserved ? reserved : encoded;
  const key = encoded(name);
  if (style === 'deepObject') return deep(key, value, encode, 0);
  if (isNode(value) && explode && style === 'form')
    return entriesOf(value).map(([inner, one]) => `${encoded(inner)}=${encode(scalarOf(one))}`);
  if (Array.isArray(value) && explode) return value.map((one) => `${key}=${encode(scalarOf(one))}`);
  const pieces = piecesOf(value, false, encode);
  if (pieces.length === 0) return [];
  return [`${key}=${pieces.join(DELIMITERS[style] ?? ',')}`];
}

const DELIMITERS: Readonly<Record<string, string>> = { spaceDelimited: '%20', pipeDelimited: '%7C' };

function deep(key: string, value: unknown, encode: Encode, depth: number): string[] {
  const inner = Array.isArray(value)
    ? value.map((one, index) => [String(index), one] as const)
    : isNode(value)
      ? entriesOf(value)
      : undefined;
  if (inner === undefined || depth === DEPTH_MAX) return [`${key}=${encode(scalarOf(value))}`];
  return inner.flatMap(([name, one]) => deep(`${key}%5B${encoded(name)}%5D`, one, encode, depth + 1));
}
