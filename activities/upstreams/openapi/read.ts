/** Reads an OpenAPI document. A stranger wrote it, and it may be long: this runs in a thread. */
import { isOffered } from '../../../config/patterns';
import { METHODS } from './api';
import type { Api, Method, Operation, Scheme } from './api';
import { Unusable, bundled, followed } from './bundle';
import { isNode, nodeFrom, nodeOf, textOf } from './json';
import type { Node } from './json';
import { namesOf } from './names';
import { described } from './operation';
import type { Found } from './arguments';
import { createSchemas } from './schema';
import { serverOf, serversOf } from './servers';

/** Longest name and version of an API, characters. */
const WORDS_MAX = 200;
/** How many sentences say what was left out. */
const LEFT_MAX = 50;
/** What a tool has in a listing beside its definition, bytes. */
const ENTRY_BYTES = 200;

export interface ReadRequest {
  readonly main: string;
  readonly texts: ReadonlyMap<string, string>;
  /** Whose tools they are, and what is in front of their listed names: patterns may call them by either. */
  readonly upstream: string;
  readonly prefix: string;
  /** Patterns of the tools that are wanted. Others do not count. */
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly maxTools: number;
  /** Largest definition, characters of JSON. */
  readonly maxDefinition: number;
  /** Largest definitions together, bytes of JSON. */
  readonly maxListing: number;
  /** Headers that the operator sends, in lower case. */
  readonly headers: readonly string[];
  /** Security schemes that the operator has a value for. */
  readonly auth: readonly string[];
}

/** What the document holds; or addresses of files to read before; or a sentence that says why it cannot be used. */
export type Read =
  | { readonly kind: 'api'; readonly api: Api }
  | { readonly kind: 'missing'; readonly missing: readonly string[] }
  | { readonly kind: 'unusable'; readonly why: string };

export async function readApi(request: ReadRequest): Promise<Read> {
  try {
    const found = await bundled(request);
    if ('missing' in found) return { kind: 'missing', missing: found.missing };
    return { kind: 'api', api: apiOf(found.root, request) };
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    return { kind: 'unusable', why: error.message };
  }
}

function apiOf(root: Node, request: ReadRequest): Api {
  if (root.swagger !== undefined) throw new Unusable('It is a Swagger 2.0 document. Convert it to OpenAPI 3.0 or 3.1.');
  if (!/^3\.[01]\.\d+/.test(String(root.openapi)))
    throw new Unusable('It does not say that it is OpenAPI 3.0 or 3.1: those are understood.');
  const schemes = schemesOf(root);
  const left: string[] = request.auth
    .filter((name) => !Object.hasOwn(schemes, name))
    .map((name) => `auth.${name} is for no security scheme of the document: it has ${listed(Object.keys(schemes))}.`);
  for (const name of request.auth) {
    const scheme = schemes[name];
    if (scheme?.kind === 'unknown') left.push(`auth.${name} is not used: ${scheme.what} is not understood.`);
  }
  const keys = request.auth.flatMap((name) => {
    const scheme = schemes[name];
    return scheme?.kind === 'apiKey' ? [`${scheme.place} ${scheme.name.toLowerCase()}`] : [];
  });
  const limits = {
    definition: request.maxDefinition,
    taken: [...keys, ...request.headers.map((name) => `header ${name}`)],
  };
  const all = operationsIn(root, left);
  const names = namesOf(
    all.map(({ method, path, operation }) => ({
      method: method.toLowerCase(),
      path,
      operationId: textOf(operation.operationId),
    })),
  );
  const wanted = all
    .map((found, index) => ({ ...found, name: names[index] ?? '' }))
    .filter(({ name: original }) =>
      isOffered(request, { upstream: request.upstream, original, listed: `${request.prefix}${original}` }),
    );
  const schemas = createSchemas(root);
  const operations: Operation[] = [];
  let [more, unfit, shortened, room] = [0, 0, 0, request.maxListing];
  for (const found of wanted) {
    if (operations.length === request.maxTools) {
      more += 1;
      continue;
    }
    try {
      const one = described(found, schemas, limits);
      const { outputSchema, ...bare } = one.operation.definition;
      const definition = [one.operation.definition, bare].find((some) => sizeOf(some, found.name) <= room);
      if (definition === undefined) {
        unfit += 1;
        continue;
      }
      if (definition === bare && outputSchema !== undefined) shortened += 1;
      room -= sizeOf(definition, found.name);
      operations.push({ ...one.operation, definition });
      left.push(...one.left);
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      left.push(`${found.name} is left out: ${error.message}.`);
    }
  }
  if (more > 0) left.unshift(`${more} tools more than the ${request.maxTools} of limits.max_tools are left out.`);
  if (shortened > 0)
    left.unshift(
      `${shortened} of its tools are offered without their output schemas, for which a listing of ${request.maxListing} bytes has no room: choose fewer with allow.`,
    );
  if (unfit > 0)
    left.unshift(
      `${unfit} of its tools do not fit into a listing of ${request.maxListing} bytes: choose some with allow.`,
    );
  const { title, version } = nodeOf(root.info);
  return {
    title: (textOf(title) ?? 'HTTP API').slice(0, WORDS_MAX),
    version: (textOf(version) ?? '').slice(0, WORDS_MAX),
    server: serverOf(root),
    servers: [...new Set([root, ...all.flatMap(({ item, operation }) => [item, operation])].flatMap(serversOf))],
    schemes,
    operations,
    left: left.length > LEFT_MAX ? [...left.slice(0, LEFT_MAX), `And ${left.length - LEFT_MAX} more.`] : left,
  };
}

/** What a definition takes in a listing, bytes. */
const sizeOf = (definition: object, name: string): number =>
  Buffer.byteLength(JSON.stringify(definition)) + name.length + ENTRY_BYTES;

/** The operations in the order of the document. */
function operationsIn(root: Node, left: string[]): Omit<Found, 'name'>[] {
  const found: Omit<Found, 'name'>[] = [];
  for (const [path, given] of Object.entries(nodeOf(root.paths))) {
    if (!path.startsWith('/') || !isNode(given)) continue;
    let item: Node;
    try {
      item = followed(root, given);
    } catch {
      left.push(`A path is left out: it has a reference that leads nowhere.`);
      continue;
    }
    for (const [method, operation] of Object.entries(item)) {
      const known = METHODS.find((one) => one === method);
      if (known && isNode(operation))
        found.push({ method: known.toUpperCase() as Method, path, operation, item, root });
    }
  }
  return found;
}

function schemesOf(root: Node): Readonly<Record<string, Scheme>> {
  const given = Object.entries(nodeOf(nodeOf(root.components).securitySchemes));
  return nodeFrom(given.map(([name, scheme]) => [name, schemeAt(root, scheme)] as const));
}

function schemeAt(root: Node, scheme: unknown): Scheme {
  try {
    return schemeOf(followed(root, scheme));
  } catch {
    return { kind: 'unknown', what: 'a reference that leads nowhere' };
  }
}

function schemeOf({ type, in: place, name, scheme, flows }: Node): Scheme {
  if (type === 'apiKey' && typeof name === 'string' && (place === 'header' || place === 'query' || place === 'cookie'))
    return { kind: 'apiKey', place, name };
  if (type === 'http' && /^basic$/i.test(String(scheme))) return { kind: 'basic' };
  if (type === 'http' && /^bearer$/i.test(String(scheme))) return { kind: 'bearer' };
  if (type === 'oauth2') return { kind: 'oauth2', tokenUrl: textOf(nodeOf(nodeOf(flows).clientCredentials).tokenUrl) };
  if (type === 'openIdConnect') return { kind: 'bearer' };
  return { kind: 'unknown', what: 'its kind of security scheme' };
}

const listed = (names: readonly string[]): string => (names.length > 0 ? names.slice(0, 20).join(', ') : 'none');
