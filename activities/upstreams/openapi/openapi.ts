/** An HTTP API with an OpenAPI document as an upstream: each of its operations is a tool. */
import { setTimeout as pause } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { z } from 'zod';
import { msToNumber } from '@temporalio/common/lib/time';
import { prefixOf } from '../../../config/tool-names';
import type { OpenApiUpstream } from '../../../config/upstreams';
import { LISTING_MAX } from '../../../workflows/upstream-contract';
import type { Given, UpstreamAnswer, UpstreamRequest } from '../../../workflows/upstream-contract';
import type { Resolve } from '../../egress/guard';
import { failure } from '../../failure';
import type { Upstream } from '../upstream';
import { createAuth } from './auth';
import { createDocuments } from './documents';
import type { Document } from './documents';
import type { Operation } from './api';
import { follow } from './follow';
import type { FollowNeeds, Sending } from './follow';
import { monitorOf, taskAt } from './operation-task';
import { requestOf } from './request';
import { resultOf, statusText } from './result';
import { retryAfterMs } from './retry-after';
import { createSecrets } from './secrets';
import { createWire } from './wire';
import type { Answer } from './wire';

/** Answers of a server that could not do it now, and may be able to later. */
const LATER = new Set([502, 503, 504]);
/** What a listing has beside its tools, bytes. */
const LISTING_ROOM = 15_000;
/** How long a server that gives tokens may take, milliseconds; and its longest answer, bytes. */
const TOKEN_MS = 30_000;
const TOKEN_BYTES = 200_000;

export type OpenApiSettings = z.output<typeof OpenApiUpstream>;

export interface OpenApiNeeds {
  /** Digest of a definition, as in the listing. */
  readonly digestOf: (definition: Given) => string;
  /** How names of hosts are looked up. Absent: as the operating system does. */
  readonly resolve?: Resolve;
  /** Waits between two looks at an operation. Absent: it does. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/**
 * @param name - the configuration's key
 * @param settings - with all `${NAME}` replaced
 */
export function createOpenApiUpstream(
  name: string,
  settings: OpenApiSettings,
  { digestOf, resolve, wait = (ms, signal) => pause(ms, undefined, { signal }) }: OpenApiNeeds,
): Upstream {
  const who = `The API ${name}`;
  const { limits } = settings;
  const wireLimits = {
    maxBytes: limits.max_bytes,
    connectMs: msToNumber(limits.connect),
    idleMs: limits.idle === undefined ? undefined : msToNumber(limits.idle),
  };
  const headers = Object.fromEntries(
    Object.entries(settings.headers).map(([key, value]) => [key.toLowerCase(), value]),
  );
  const secrets = createSecrets();
  for (const [key, value] of Object.entries(headers)) secrets.addHeader(key, value);

  const baseOrigin = originOf(settings.base_url);
  const documentOrigin = originOf(settings.openapi);
  let loaded: Document | undefined;
  let loading: Promise<Document> | undefined;

  /**
   * The operator chose these origins: the address of the API, that of its document, and the servers of a document that lies in a
   * file. Servers of a document that came from elsewhere are somebody else's words.
   */
  const isTrusted = (origin: string): boolean =>
    origin === baseOrigin ||
    origin === documentOrigin ||
    (baseOrigin === undefined && loaded?.address.protocol === 'file:' && serversOf(loaded).includes(origin));

  const wire = createWire(who, wireLimits, isTrusted, resolve);
  const tokens = createWire(who, { ...wireLimits, maxBytes: TOKEN_BYTES, idleMs: TOKEN_MS }, isTrusted, resolve);
  const auth = createAuth(who, settings.auth, tokens, secrets);
  const documents = createDocuments({
    who,
    from: settings.openapi,
    maxBytes: limits.max_bytes,
    wire,
    headersFor: (origin) => (origin === baseOrigin ? headers : {}),
    headers: [
      ...Object.keys(headers),
      ...(settings.idempotency_header ? [settings.idempotency_header.toLowerCase()] : []),
    ],
    auth: Object.keys(settings.auth),
    upstream: name,
    prefix: prefixOf(name, settings.prefix),
    allow: settings.allow,
    deny: settings.deny,
    maxTools: limits.max_tools,
    maxDefinition: limits.max_definition,
    maxListing: LISTING_MAX - LISTING_ROOM,
  });
  const turn = pLimit(limits.concurrency);
  const ending = new AbortController();
  const inFlight = new Set<Promise<unknown>>();

  /** Reads the document anew. The one before counts until the new one is whole. */
  async function load(signal: AbortSignal): Promise<Document> {
    loaded = await documents(signal);
    return loaded;
  }

  /** The document as it was read last. Several calls that come first wait for one reading, which none of them cancels. */
  async function current(): Promise<Document> {
    if (loaded) return loaded;
    loading ??= load(ending.signal).finally(() => (loading = undefined));
    return loading;
  }

  /** Addresses that operations may be at. */
  function serversOf({ api, address }: Document): string[] {
    if (baseOrigin !== undefined) return [baseOrigin];
    return api.servers.flatMap((server) => originOf(server, address) ?? []);
  }

  function baseOf(operation: Operation, { api, address }: Document): URL {
    const given = settings.base_url ?? operation.server ?? api.server ?? '/';
    const base = URL.canParse(given, address.href) ? new URL(given, address) : undefined;
    if (base === undefined || (base.protocol !== 'https:' && base.protocol !== 'http:'))
      throw failure('refused', `${who}: its document does not say where it is. Set base_url.`);
    return base;
  }

  function operationOf({ api }: Document, tool: string): Operation {
    const operation = api.operations.find((one) => one.name === tool);
    if (!operation) throw failure('refused', `${who} does not offer ${tool} any more.`);
    return operation;
  }

  /** Sends with credentials. A token that is refused was not carried out with, so it is replaced once. */
  async function send({ document, operation, repeatable, signal, build }: Sending): Promise<Answer> {
    const address = baseOf(operation, document);
    for (let first = true; ; first = false) {
      const credentials = await auth.credentialsFor(document.api, operation, address);
      const answer = await wire.send({ ...build(credentials), repeatable, signal });
      if (answer.status === 401 && credentials.token && first) {
        auth.forget();
        continue;
      }
      return cleaned(answer);
    }
  }

  function cleaned(answer: Answer): Answer {
    const shown = Object.entries(answer.headers).map(
      ([key, value]) => [key, value && secrets.hiddenText(value)] as const,
    );
    return { ...answer, headers: Object.fromEntries(shown), body: secrets.hidden(answer.body) };
  }

  async function call(request: UpstreamRequest, signal: AbortSignal): Promise<UpstreamAnswer> {
    const document = await current();
    const operation = operationOf(document, request.tool);
    const changed = digestOf(operation.definition) !== request.digest;
    if (changed && request.exact)
      throw failure(
        'refused',
        `${request.tool} is not what was approved any more: its definition has changed. Nothing was sent.`,
      );
    const base = baseOf(operation, document).href.replace(/\/+$/, '');
    const key = settings.idempotency_header;
    const own = { ...headers, ...(key !== undefined && { [key.toLowerCase()]: request.key }) };
    const answer = await send({
      document,
      operation,
      repeatable: request.repeatable,
      signal,
      build: (credentials) => requestOf(operation, base, request.arguments, { headers: own, credentials }),
    });
    const notes = changed ? [`The definition of ${request.tool} has changed since it was listed.`] : [];
    askedAgain(answer, request.repeatable);
    const monitor = monitorOf(answer);
    if (monitor) {
      if (serversOf(document).includes(monitor.origin))
        return { kind: 'task', task: taskAt(withoutKeys(monitor, document), answer) };
      notes.push(
        `It was accepted, and goes on. Where it tells how it is, at another origin than the API's, is not followed.`,
      );
    }
    return resultOf({ who, operation, answer, signal, notes: [...notes, ...unauthorized(answer, operation)] });
  }

  /** What tells the operator, not the model, why the API does not let us in. */
  function unauthorized({ status }: Answer, operation: Operation): string[] {
    if (status !== 401) return [];
    const missing = auth.wanted(operation).filter((scheme) => !Object.hasOwn(settings.auth, scheme));
    return missing.length > 0 ? [`No value is set for auth.${missing.join(', auth.')}.`] : [];
  }

  /** Throws for an answer that says: later. 429 means that nothing was done; of the others that is not sure. */
  function askedAgain({ status, headers: { 'retry-after': after } }: Answer, repeatable: boolean): void {
    if (status !== 429 && !(repeatable && LATER.has(status))) return;
    const sentence = `${who} answered ${statusText(status)}. Try again later.`;
    throw failure('unavailable', sentence, undefined, status === 429 ? 'none' : 'unknown', retryAfterMs(after));
  }

  /** The address without the API's key, which is added to each look, and has no place in a history. */
  function withoutKeys(monitor: URL, { api }: Document): URL {
    const url = new URL(monitor);
    for (const scheme of Object.values(api.schemes))
      if (scheme.kind === 'apiKey' && scheme.place === 'query') url.searchParams.delete(scheme.name);
    return url;
  }

  const following: FollowNeeds = { who, headers, current, operationOf, serversOf, send, askedAgain, wait };

  /** Runs what `close` waits for, and then ends. */
  function tracked<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const running = work(AbortSignal.any([signal, ending.signal]));
    const settled = running.catch(() => undefined).finally(() => inFlight.delete(settled));
    inFlight.add(settled);
    return running;
  }

  return {
    async list(signal) {
      const { api } = await load(signal);
      return {
        tools: api.operations.map(({ definition }) => definition),
        resources: [],
        resourceTemplates: [],
        prompts: [],
        server: { name: api.title, version: api.version },
        left: api.left,
      };
    },
    call: (request, context) =>
      tracked(context.signal, (signal) =>
        turn(() => {
          signal.throwIfAborted();
          return call(request, signal);
        }),
      ),
    follow: (request, context) => tracked(context.signal, (signal) => follow(following, request, context, signal)),
    read: () => Promise.reject(failure('refused', `${who} is an HTTP API: it has no resources and no prompts.`)),
    onChange: () => undefined, // it says nothing by itself
    async close(withinMs) {
      const over = new AbortController();
      await Promise.race([
        Promise.all(inFlight),
        pause(withinMs, undefined, { signal: over.signal }).catch(() => undefined),
      ]);
      over.abort();
      ending.abort();
    },
  };
}

function originOf(given: string | undefined, base?: URL): string | undefined {
  if (given === undefined || !URL.canParse(given, base?.href)) return undefined;
  const { protocol, origin } = new URL(given, base);
  return protocol === 'http:' || protocol === 'https:' ? origin : undefined;
}
