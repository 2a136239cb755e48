/** Schemas of OpenAPI 3.0 and 3.1, turned into JSON Schema 2020-12 that stands alone: what it refers to is in its `$defs`. */
import { Unusable, followed, pointedAt } from './bundle';
import { isNode, listOf, nodeFrom, nodeOf, ownOf, textOf } from './json';
import type { Node } from './json';
import { createNames, nameIn } from './names';

/** Whether a schema is of what is sent, or of what comes back: each may have properties that the other has not. */
export type Direction = 'sent' | 'received';

/** What a schema allows: objects only, no object, or both. */
export type Kind = 'object' | 'other' | 'either';

export interface Converted {
  readonly schema: unknown;
  /** What it refers to, by pointer. */
  readonly uses: ReadonlySet<string>;
}

interface Definition extends Converted {
  /** Characters of JSON. */
  readonly size: number;
}

export interface Schemas {
  /** @throws Unusable when a reference leads nowhere */
  convert(schema: unknown, direction: Direction): Converted;
  /** The `$defs` for what is used, and all that those use; with their size, characters of JSON. */
  defs(uses: Iterable<string>, direction: Direction): { readonly defs: Node; readonly size: number };
  kindOf(schema: unknown): Kind;
  /** The schema itself, where it is a reference. */
  follow(schema: unknown): Node;
  /** Properties of objects that the schema allows, those of its `allOf` too. */
  propertiesOf(schema: unknown): Node;
}

/** Keywords whose value is a schema; a list of schemas; schemas by name. */
const ONE = new Set([
  'not',
  'if',
  'then',
  'else',
  'contains',
  'propertyNames',
  'unevaluatedItems',
  'unevaluatedProperties',
]);
const LIST = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
const NAMED = new Set(['properties', 'patternProperties', 'dependentSchemas']);
/** Keywords that are kept as they are, where their value is of this type. Others are OpenAPI's own, or nobody's. */
const KEPT: Readonly<Record<string, (value: unknown) => boolean>> = {
  title: isText,
  description: isText,
  $comment: isText,
  format: isText,
  contentEncoding: isText,
  contentMediaType: isText,
  pattern: isPattern,
  default: () => true,
  const: () => true,
  deprecated: isFlag,
  readOnly: isFlag,
  writeOnly: isFlag,
  uniqueItems: isFlag,
  examples: Array.isArray,
  enum: (value) => Array.isArray(value) && value.length > 0,
  multipleOf: (value) => isNumber(value) && value > 0,
  minimum: isNumber,
  maximum: isNumber,
  exclusiveMinimum: isNumber,
  exclusiveMaximum: isNumber,
  minLength: isCount,
  maxLength: isCount,
  minItems: isCount,
  maxItems: isCount,
  minContains: isCount,
  maxContains: isCount,
  minProperties: isCount,
  maxProperties: isCount,
  dependentRequired: isNode,
};
const TYPES = new Set(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']);
/** How far `kindOf` and `propertiesOf` look into what a schema is composed of. */
const COMPOSED_MAX = 10;

export function createSchemas(root: Node): Schemas {
  const known = { sent: new Map<string, Definition>(), received: new Map<string, Definition>() };
  const names = new Map<string, string>();
  const free = createNames();

  /** Name of a definition: the last word of its pointer, and the same wherever it is used. */
  function nameOf(pointer: string): string {
    const name = names.get(pointer) ?? free(nameIn(pointer.slice(pointer.lastIndexOf('/') + 1)) || 'schema');
    names.set(pointer, name);
    return name;
  }

  function convert(schema: unknown, direction: Direction): Converted {
    const uses = new Set<string>();
    return { schema: converted(schema), uses };

    function converted(from: unknown): unknown {
      if (typeof from === 'boolean') return from;
      if (!isNode(from)) return {};
      if (typeof from.$ref === 'string') return reference(from, from.$ref);
      return nullable(from, merged(from));
    }

    function reference(from: Node, pointer: string): unknown {
      if (pointedAt(root, pointer) === undefined) throw new Unusable('it has a reference that leads nowhere');
      uses.add(pointer);
      const words = ['title', 'description', 'deprecated'].flatMap((key) => kept(key, ownOf(from, key)));
      return nullable(from, { $ref: `#/$defs/${nameOf(pointer)}`, ...nodeFrom(words) });
    }

    function merged(from: Node): Node {
      const { hidden, properties } = visible(from);
      const entries = Object.entries({ ...from, ...properties }).flatMap(([key, value]): [string, unknown][] => {
        if (ONE.has(key)) return [[key, converted(value)]];
        if (LIST.has(key)) return listOf(value).length > 0 ? [[key, listOf(value).map(converted)]] : [];
        if (NAMED.has(key)) return isNode(value) ? [[key, mapped(value)]] : [];
        if (key === 'additionalProperties') return [[key, converted(value)]];
        if (key === 'items')
          return Array.isArray(value) ? [['prefixItems', value.map(converted)]] : [[key, converted(value)]];
        if (key === 'required') {
          const required = listOf(value).filter((name) => typeof name === 'string' && !hidden.has(name));
          return required.length > 0 ? [[key, [...new Set(required)]]] : [];
        }
        return kept(key, value);
      });
      const made = { ...typed(from), ...nodeFrom(entries), ...bounds(from), ...example(from), ...encoded(from) };
      return nodeFrom(Object.entries(made).filter(([, value]) => value !== undefined));
    }

    function mapped(schemas: Node): Node {
      return nodeFrom(Object.entries(schemas).map(([name, inner]) => [name, converted(inner)] as const));
    }

    /** Without what is only for the other direction. */
    function visible(from: Node): { readonly hidden: ReadonlySet<string>; readonly properties: Node } {
      if (!isNode(from.properties)) return { hidden: new Set(), properties: {} };
      const flag = direction === 'sent' ? 'readOnly' : 'writeOnly';
      const [hidden, rest] = [new Set<string>(), new Map<string, unknown>()];
      for (const [name, inner] of Object.entries(from.properties)) {
        if (isNode(inner) && flagged(inner, flag)) hidden.add(name);
        else rest.set(name, inner);
      }
      return { hidden, properties: { properties: nodeFrom(rest) } };
    }
  }

  function flagged(schema: Node, flag: string): boolean {
    if (schema[flag] === true) return true;
    return typeof schema.$ref === 'string' && nodeOf(pointedAt(root, schema.$ref))[flag] === true;
  }

  function definition(pointer: string, direction: Direction): Definition {
    const before = known[direction].get(pointer);
    if (before) return before;
    const made = convert(pointedAt(root, pointer), direction);
    const sized = { ...made, size: JSON.stringify(made.schema).length };
    known[direction].set(pointer, sized);
    return sized;
  }

  function kindOf(schema: unknown, depth = 0): Kind {
    if (!isNode(schema) || depth > COMPOSED_MAX) return 'either';
    if (schema.nullable === true) return 'either';
    if (typeof schema.$ref === 'string') return kindOf(pointedAt(root, schema.$ref), depth + 1);
    const types = typeof schema.type === 'string' ? [schema.type] : listOf(schema.type);
    if (types.length > 0) return !types.includes('object') ? 'other' : types.length === 1 ? 'object' : 'either';
    if ('properties' in schema || 'additionalProperties' in schema) return 'object';
    if ('items' in schema) return 'other';
    const all = listOf(schema.allOf).map((inner) => kindOf(inner, depth + 1));
    const decided = all.find((kind) => kind !== 'either');
    if (decided) return decided;
    const any = [...listOf(schema.oneOf), ...listOf(schema.anyOf)].map((inner) => kindOf(inner, depth + 1));
    const [first] = any;
    return first && any.every((kind) => kind === first) ? first : 'either';
  }

  function propertiesOf(schema: unknown, depth = 0): Node {
    if (depth > COMPOSED_MAX) return {};
    const node = followed(root, schema);
    const parts = listOf(node.allOf).flatMap((part) => Object.entries(propertiesOf(part, depth + 1)));
    return nodeFrom([...parts, ...Object.entries(nodeOf(node.properties))]);
  }

  return {
    convert,
    defs(uses, direction) {
      const found = new Map<string, unknown>();
      const waiting = [...uses];
      let size = 0;
      for (let pointer = waiting.pop(); pointer !== undefined; pointer = waiting.pop()) {
        const name = nameOf(pointer);
        if (found.has(name)) continue;
        const part = definition(pointer, direction);
        found.set(name, part.schema);
        size += part.size + name.length;
        waiting.push(...part.uses);
      }
      const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
      return { defs: nodeFrom(sorted), size };
    },
    kindOf: (schema) => kindOf(schema),
    follow: (schema) => followed(root, schema),
    propertiesOf: (schema) => propertiesOf(schema),
  };
}

function kept(key: string, value: unknown): [string, unknown][] {
  return Object.hasOwn(KEPT, key) && KEPT[key]?.(value) === true ? [[key, value]] : [];
}

/** 3.0 says `nullable`; a schema without a type is wrapped, since its parts would refuse null. */
function nullable(from: Node, to: Node): Node {
  if (from.nullable !== true) return to;
  if (typeof to.type !== 'string') return 'type' in to ? to : { anyOf: [to, { type: 'null' }] };
  const values = Array.isArray(to.enum) && !to.enum.includes(null) ? { enum: [...(to.enum as unknown[]), null] } : {};
  return { ...to, type: [to.type, 'null'], ...values };
}

function typed({ type }: Node): Node {
  if (typeof type === 'string') return TYPES.has(type) ? { type } : {};
  const types = listOf(type).filter((one) => typeof one === 'string' && TYPES.has(one));
  return types.length > 0 ? { type: [...new Set(types)] } : {};
}

/** In 3.0, `exclusiveMinimum: true` makes `minimum` exclusive. */
function bounds(from: Node): Node {
  const exclusive = (flag: string, bound: string): Node =>
    from[flag] === true && isNumber(from[bound]) ? { [flag]: from[bound], [bound]: undefined } : {};
  return { ...exclusive('exclusiveMinimum', 'minimum'), ...exclusive('exclusiveMaximum', 'maximum') };
}

const example = ({ example: one, examples }: Node): Node =>
  one === undefined || Array.isArray(examples) ? {} : { examples: [one] };

/** Bytes are base64 in the arguments of a tool, whichever way the document says that they are bytes. */
const encoded = (schema: Node): Node =>
  isBytes(schema) || (schema.type === 'string' && schema.format === 'byte')
    ? { format: undefined, contentEncoding: 'base64' }
    : {};

/** Whether a schema is of bytes as they are: `format: binary` in 3.0, a media type that is no text in 3.1. */
export function isBytes({ type, format, contentEncoding, contentMediaType }: Node): boolean {
  if (type !== 'string' || contentEncoding !== undefined) return false;
  return format === 'binary' || (isText(contentMediaType) && !isTextual(contentMediaType));
}

/** Whether a media type is of texts. */
export function isTextual(type: string): boolean {
  return /^text\/|[/+](json|xml|yaml)\b|^application\/(.*script|graphql|x-www-form-urlencoded|x-ndjson|jsonl?|sql|toml|x-yaml)\b/i.test(
    type,
  );
}

function isText(value: unknown): value is string {
  return textOf(value) !== undefined;
}

function isFlag(value: unknown): boolean {
  return typeof value === 'boolean';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** A pattern of another dialect than JSON Schema's would make clients refuse the whole tool. */
function isPattern(value: unknown): boolean {
  try {
    return isText(value) && Boolean(new RegExp(value, 'u'));
  } catch {
    return false;
  }
}
