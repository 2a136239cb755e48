/** What an operation is called with: its parameters, and its body, as arguments of the tool. */
import type { Body, Method, Parameter, Part, Place } from './api';
import { Unusable, followed } from './bundle';
import { flagOf, isNode, listOf, nodeFrom, nodeOf, textOf } from './json';
import type { Node } from './json';
import { createNames, nameIn } from './names';
import { isBytes, isTextual } from './schema';
import type { Schemas } from './schema';

/** The argument for the body: always one of its own, since its properties may have names of parameters, or be no properties. */
export const BODY = 'body';
/** Headers that HTTP, the body or the security schemes decide, as OpenAPI says of the first three. */
const DECIDED = new Set(
  'accept authorization content-type connection content-length expect host keep-alive te trailer transfer-encoding upgrade'.split(
    ' ',
  ),
);
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
export const MEDIA_TYPE = /^[\w.+-]+\/[\w.+-]+$/;
const PLACES: readonly Place[] = ['path', 'query', 'header', 'cookie'];

/** Where an operation stands in its document. */
export interface Found {
  readonly name: string;
  readonly method: Method;
  readonly path: string;
  readonly operation: Node;
  /** What all operations of its path have. */
  readonly item: Node;
  /** The document. */
  readonly root: Node;
}

/** A parameter as an argument. */
export interface Argument {
  readonly parameter: Parameter;
  readonly schema: unknown;
  readonly description?: string | undefined;
}

/**
 * By place, and in the order of the document: those of the path first, which those of the operation replace.
 *
 * @param taken - parameters that the operator decides, and no caller: `header x-api-key`, in lower case
 * @throws Unusable when one cannot be sent, or is missing
 */
export function parametersOf({ root, operation, item, path }: Found, taken: readonly string[]): Argument[] {
  const all = new Map<string, Node>();
  for (const given of [...listOf(item.parameters), ...listOf(operation.parameters)]) {
    const parameter = followed(root, given);
    all.set(`${String(parameter.in)} ${String(parameter.name)}`, parameter);
  }
  const free = createNames([BODY]);
  const found = PLACES.flatMap((place) =>
    [...all.values()].filter((parameter) => parameter.in === place).map((parameter) => ({ place, parameter })),
  );
  const counts = new Map<string, number>();
  const kept = found.filter(({ place, parameter }) => {
    const name = textOf(parameter.name) ?? '';
    if (place === 'header' && DECIDED.has(name.toLowerCase())) return false;
    return !taken.includes(`${place} ${name.toLowerCase()}`);
  });
  for (const [, name] of path.matchAll(/\{([^{}]+)\}/g))
    if (!all.has(`path ${name}`)) throw new Unusable(`its path has a parameter that it does not describe`);
  return kept.map(({ place, parameter }) => {
    const name = textOf(parameter.name) ?? '';
    if (name === '' || ((place === 'header' || place === 'cookie') && !TOKEN.test(name)))
      throw new Unusable('it has a parameter whose name cannot be sent');
    const plain = nameIn(name) || place;
    counts.set(plain, (counts.get(plain) ?? 0) + 1);
    const argument = free(counts.get(plain) === 1 && plain !== BODY ? plain : `${place}_${plain}`);
    const [content] = Object.entries(nodeOf(parameter.content));
    const style = textOf(parameter.style) ?? (place === 'query' || place === 'cookie' ? 'form' : 'simple');
    return {
      parameter: {
        argument,
        name,
        place,
        required: place === 'path' || parameter.required === true,
        json: content !== undefined && /[/+]json/i.test(content[0]),
        style,
        explode: flagOf(parameter.explode) ?? style === 'form',
        allowReserved: parameter.allowReserved === true,
      },
      schema: content ? nodeOf(content[1]).schema : parameter.schema,
      description: textOf(parameter.description) ?? (argument === name ? undefined : name),
    };
  });
}

export interface BodyArgument {
  readonly body: Body;
  readonly schema: unknown;
  readonly description?: string | undefined;
}

const FORMS: readonly (readonly [Body['form'], RegExp])[] = [
  ['json', /^(application|text)\/([\w.-]+\+)?json\b|^\*\/\*$|^application\/\*$/i],
  ['urlencoded', /^application\/x-www-form-urlencoded\b/i],
  ['multipart', /^multipart\/form-data\b/i],
  ['text', /./],
];

/** @throws Unusable when its media type cannot be sent */
export function bodyOf({ root, operation }: Found, schemas: Schemas): BodyArgument | undefined {
  if (operation.requestBody === undefined) return undefined;
  const request = followed(root, operation.requestBody);
  const types = Object.entries(nodeOf(request.content));
  for (const [form, pattern] of FORMS) {
    const [type, media] = types.find(([name]) => pattern.test(name)) ?? [];
    if (type === undefined) continue;
    const sent = form === 'json' && type.includes('*') ? 'application/json' : type;
    if (!MEDIA_TYPE.test(sent.split(';')[0] ?? '')) throw new Unusable('its body has a media type that cannot be sent');
    const { schema, encoding } = nodeOf(media);
    const properties = form === 'multipart' ? Object.entries(schemas.propertiesOf(schema ?? {})) : [];
    const text = isTextual(sent);
    const actual = form === 'text' && !text ? 'bytes' : form;
    return {
      body: {
        type: sent,
        form: actual,
        required: request.required === true,
        parts: nodeFrom(Object.entries(nodeOf(encoding)).map(([name, part]) => [name, partOf(part)] as const)),
        bytes: properties.filter(([, property]) => isBytesAt(property, schemas)).map(([name]) => name),
      },
      schema:
        actual === 'text' ? { type: 'string' } : actual === 'bytes' ? { type: 'string', format: 'binary' } : schema,
      description: textOf(request.description) ?? (form === 'text' ? sent : undefined),
    };
  }
  return undefined;
}

function partOf(part: unknown): Part {
  const { style, explode, allowReserved, contentType } = nodeOf(part);
  const type = textOf(contentType)?.split(',')[0]?.trim();
  return {
    ...(typeof style === 'string' && { style }),
    ...(typeof explode === 'boolean' && { explode }),
    ...(allowReserved === true && { allowReserved }),
    ...(type !== undefined && MEDIA_TYPE.test(type) && { contentType: type }),
  };
}

function isBytesAt(property: unknown, schemas: Schemas): boolean {
  const schema = schemas.follow(property);
  return (
    isBytes(schema) || (schema.items !== undefined && isNode(schema.items) && isBytes(schemas.follow(schema.items)))
  );
}
