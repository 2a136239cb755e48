/** One operation of a document: the tool that is offered for it, and how its requests are made. */
import type { Given } from '../../../workflows/upstream-contract';
import type { Body, Method, Operation, Parameter, Part, Place, Requirement } from './api';
import { Unusable, followed } from './bundle';
import { flagOf, isNode, listOf, nodeFrom, nodeOf, textOf } from './json';
import type { Node } from './json';
import { createNames, nameIn } from './names';
import { isBytes, isTextual } from './schema';
import type { Schemas } from './schema';
import { serverOf } from './servers';

/** The argument for the body: always one of its own, since its properties may have names of parameters, or be no properties. */
export const BODY = 'body';
/** What an answer that is no object is put into, so that it fits `structuredContent`. */
export const RESULT = 'result';

/** Longest title, characters. */
const TITLE_MAX = 200;

/** What a method says of its operations. PUT and DELETE may be repeated without harm; of POST and PATCH nobody knows. */
const ANNOTATIONS: Readonly<Record<Method, Node>> = {
  GET: { readOnlyHint: true, idempotentHint: true },
  HEAD: { readOnlyHint: true, idempotentHint: true },
  PUT: { readOnlyHint: false, idempotentHint: true },
  DELETE: { readOnlyHint: false, idempotentHint: true, destructiveHint: true },
  POST: { readOnlyHint: false, idempotentHint: false },
  PATCH: { readOnlyHint: false, idempotentHint: false },
};

/** Headers that HTTP, the body or the security schemes decide, as OpenAPI says of the first three. */
const DECIDED = new Set(
  'accept authorization content-type connection content-length expect host keep-alive te trailer transfer-encoding upgrade'.split(
    ' ',
  ),
);
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const MEDIA_TYPE = /^[\w.+-]+\/[\w.+-]+$/;
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

export interface Limits {
  /** Largest definition, characters of JSON. */
  readonly definition: number;
  /** Parameters that the operator decides, and no caller: `header x-api-key`, in lower case. */
  readonly taken: readonly string[];
}

export interface Described {
  readonly operation: Operation;
  /** What is not offered of it, a sentence each. */
  readonly left: readonly string[];
}

/** @throws Unusable when it cannot be offered */
export function described(found: Found, schemas: Schemas, { definition: most, taken }: Limits): Described {
  const { name, method, path, operation, item, root } = found;
  const parameters = parametersOf(found, taken);
  const body = bodyOf(found, schemas);
  const input = inputOf(parameters, body, schemas);
  const output = outputOf(root, operation, schemas);
  if (input.size > most) throw new Unusable(`its definition has more than ${most} characters`);
  const fits = output !== undefined && input.size + output.size <= most;
  const definition: Given = {
    name,
    ...titled(operation),
    inputSchema: input.schema,
    ...(fits && { outputSchema: output.schema }),
    annotations: ANNOTATIONS[method],
  };
  return {
    operation: {
      name,
      definition,
      method,
      path,
      server: serverOf(operation) ?? serverOf(item),
      parameters: parameters.map(({ parameter }) => parameter),
      body: body?.body,
      security: requirementsOf(operation.security ?? root.security),
      accept: acceptOf(root, operation),
    },
    left:
      output && !fits
        ? [`${name} is offered without its output schema: it would be larger than ${most} characters.`]
        : [],
  };
}

function titled({ summary, description, deprecated }: Node): Node {
  const title = textOf(summary)?.trim() ?? '';
  const text = textOf(description)?.trim() ?? '';
  const words = [deprecated === true ? 'Deprecated.' : '', text === '' ? title : text].filter((part) => part !== '');
  return {
    ...(title !== '' && { title: title.slice(0, TITLE_MAX) }),
    ...(words.length > 0 && { description: words.join(' ') }),
  };
}

interface Argument {
  readonly parameter: Parameter;
  readonly schema: unknown;
  readonly description?: string | undefined;
}

/** By place, and in the order of the document: those of the path first, which those of the operation replace. */
function parametersOf({ root, operation, item, path }: Found, taken: readonly string[]): Argument[] {
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

interface BodyArgument {
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

function bodyOf({ root, operation }: Found, schemas: Schemas): BodyArgument | undefined {
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

interface Sized {
  readonly schema: Node;
  readonly size: number;
}

function inputOf(parameters: readonly Argument[], body: BodyArgument | undefined, schemas: Schemas): Sized {
  const uses = new Set<string>();
  const properties = parameters.map(({ parameter, schema, description }) => {
    const made = schemas.convert(schema ?? {}, 'sent');
    made.uses.forEach((pointer) => uses.add(pointer));
    return [parameter.argument, withWords(made.schema, description)] as const;
  });
  const required = parameters.filter(({ parameter }) => parameter.required).map(({ parameter }) => parameter.argument);
  if (body) {
    const made = schemas.convert(body.schema ?? {}, 'sent');
    made.uses.forEach((pointer) => uses.add(pointer));
    properties.push([BODY, withWords(made.schema, body.description)]);
    if (body.body.required) required.push(BODY);
  }
  return sized(
    {
      type: 'object',
      properties: nodeFrom(properties),
      ...(required.length > 0 && { required }),
      additionalProperties: false,
    },
    schemas.defs(uses, 'sent'),
  );
}

/** Words of the parameter go before those of its schema, which others may share. */
function withWords(schema: unknown, description: string | undefined): unknown {
  return description !== undefined && description !== '' && isNode(schema) ? { ...schema, description } : schema;
}

function sized(schema: Node, { defs, size }: { readonly defs: Node; readonly size: number }): Sized {
  const whole = Object.keys(defs).length > 0 ? { ...schema, $defs: defs } : schema;
  return { schema: whole, size: size + JSON.stringify(schema).length };
}

/**
 * The schema of all answers that mean success. There is none where they are not alike, or one of them has no JSON: a tool with a
 * schema has to give what fits. An answer of 202 is followed, and what it leads to is not described.
 */
function outputOf(root: Node, operation: Node, schemas: Schemas): Sized | undefined {
  const answers = successes(operation).map(([status, response]) => ({ status, response: followed(root, response) }));
  const media = answers.map(({ status, response }) => {
    const types = Object.entries(nodeOf(response.content));
    const json = types.find(([type]) => /[/+]json/i.test(type));
    return status === '202' ? undefined : nodeOf(json?.[1]).schema;
  });
  const [first] = media;
  if (first === undefined || media.some((schema) => schema === undefined)) return undefined;
  const kinds = new Set(media.map((schema) => schemas.kindOf(schema)));
  if (kinds.size !== 1 || kinds.has('either')) return undefined;
  const wrap = kinds.has('other');
  const uses = new Set<string>();
  const made = media.map((schema) => {
    const { schema: converted, uses: more } = schemas.convert(wrap ? schema : schemas.follow(schema), 'received');
    more.forEach((pointer) => uses.add(pointer));
    return converted;
  });
  const one = made.length === 1 ? made[0] : { anyOf: made };
  const schema = wrap
    ? { type: 'object', properties: { [RESULT]: one }, required: [RESULT] }
    : { ...nodeOf(one), type: 'object' };
  return sized(schema, schemas.defs(uses, 'received'));
}

const successes = ({ responses }: Node): [string, unknown][] =>
  Object.entries(nodeOf(responses)).filter(([status]) => /^2(\d\d|XX)$/i.test(status));

/** JSON first: of all that an API offers, it fits a tool best. */
function acceptOf(root: Node, operation: Node): string {
  const types = successes(operation).flatMap(([, response]) => Object.keys(nodeOf(followed(root, response).content)));
  const sound = [...new Set(types)].filter((type) => MEDIA_TYPE.test(type));
  const isJson = (type: string): boolean => /[/+]json$/i.test(type);
  const sorted = [...sound.filter(isJson), ...sound.filter((type) => !isJson(type))];
  const [first = 'application/json', ...others] = sorted;
  return [first, ...others.map((type) => `${type};q=0.9`), '*/*;q=0.5'].join(', ');
}

function requirementsOf(security: unknown): Requirement[] {
  return listOf(security).map((requirement) =>
    Object.fromEntries(
      Object.entries(nodeOf(requirement)).map(([scheme, scopes]) => [
        scheme,
        listOf(scopes).filter((scope): scope is string => typeof scope === 'string'),
      ]),
    ),
  );
}
