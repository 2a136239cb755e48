/** One operation of a document: the tool that is offered for it, and how its requests are made. */
import type { Given } from '../../../workflows/upstream-contract';
import type { Method, Operation, Requirement } from './api';
import { BODY, MEDIA_TYPE, bodyOf, parametersOf } from './arguments';
import type { Argument, BodyArgument, Found } from './arguments';
import { Unusable, followed } from './bundle';
import { isNode, listOf, nodeFrom, nodeOf, textOf } from './json';
import type { Node } from './json';
import type { Schemas } from './schema';
import { serverOf } from './servers';

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
