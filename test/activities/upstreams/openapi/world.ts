/** APIs on loopback that answer as they are told, documents in files, and what a call needs; gone after the test. */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ApplicationFailure } from '@temporalio/activity';
import { createOpenApiUpstream } from '../../../../activities/upstreams/openapi/openapi';
import type { OpenApiNeeds } from '../../../../activities/upstreams/openapi/openapi';
import { digestOf } from '../../../../activities/upstreams/digest';
import type { CallContext, Offer, Upstream } from '../../../../activities/upstreams/upstream';
import { OpenApiUpstream } from '../../../../config/upstreams';
import type { StepProgress } from '../../../../workflows/contract';
import type { Given, UpstreamAnswer, UpstreamRequest } from '../../../../workflows/upstream-contract';

export interface Received {
  readonly method: string;
  /** Path and query as they came. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Answering = (request: Received, response: ServerResponse, raw: IncomingMessage) => void;

export interface Api {
  readonly url: string;
  readonly requests: readonly Received[];
}

const servers: Server[] = [];
const folders: string[] = [];
const upstreams: Upstream[] = [];
afterEach(async () => {
  await Promise.all(upstreams.splice(0).map((upstream) => upstream.close(0)));
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** An API that answers each request alike. */
export async function api(answer: Answering = json({})): Promise<Api> {
  const requests: Received[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const received = { method, url, headers, body: Buffer.concat(pieces) };
      requests.push(received);
      answer(received, response, request);
    });
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

export const json =
  (value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answering =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));

export const plain =
  (type: string, content: string | Buffer, status = 200, headers: Readonly<Record<string, string>> = {}): Answering =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': type, ...headers }).end(content);

/** One answer after the other; the last for all others. */
export function inTurn(...answers: Answering[]): Answering {
  let next = 0;
  return (...given) => answers[Math.min(next++, answers.length - 1)]?.(...given);
}

/** Files in a folder of their own. */
export function folder(files: Readonly<Record<string, unknown>>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-openapi-')));
  folders.push(root);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return root;
}

/** A document with what is given, of version 3.0 unless told otherwise. */
export const documentOf = (parts: object): Given => ({
  openapi: '3.0.3',
  info: { title: 'Things', version: '7' },
  ...parts,
});

/** A document of one operation, GET /things unless told otherwise. */
export const operationAt = (operation: object, path = '/things', method = 'get', parts: object = {}): Given =>
  documentOf({ paths: { [path]: { [method]: { operationId: 'it', responses: {}, ...operation } } }, ...parts });

/** @param document - the document, or a path or URL of one */
export function upstreamOf(
  document: Given | string,
  settings: object = {},
  needs: Partial<OpenApiNeeds> = {},
): Upstream {
  const openapi = typeof document === 'string' ? document : join(folder({ 'api.json': document }), 'api.json');
  const upstream = createOpenApiUpstream('things', OpenApiUpstream.parse({ openapi, ...settings }), {
    digestOf,
    wait: () => Promise.resolve(),
    ...needs,
  });
  upstreams.push(upstream);
  return upstream;
}

export const never = new AbortController().signal;

export const offerOf = (document: Given | string, settings: object = {}): Promise<Offer> =>
  upstreamOf(document, settings).list(never);

/** The definition of the only tool. */
export async function toolOf(document: Given, settings: object = {}): Promise<Given> {
  const { tools, left } = await offerOf(document, settings);
  return tools[0] ?? { left };
}

export const contextOf = (reports: StepProgress[] = [], signal = never): CallContext => ({
  signal,
  report: (progress) => void reports.push(progress),
  attempt: 1,
  ask: () => Promise.reject(new Error('An HTTP API asks nothing.')),
  isOver: () => Promise.resolve(false),
});

export const requestFor = (given: Given = {}, changes: Partial<UpstreamRequest> = {}): UpstreamRequest => ({
  upstream: 'things',
  tool: 'it',
  digest: 'of another one',
  arguments: given,
  repeatable: false,
  exact: false,
  key: 'key-1',
  caller: 'caller',
  ...changes,
});

export const called = (
  upstream: Upstream,
  given: Given = {},
  changes: Partial<UpstreamRequest> = {},
): Promise<UpstreamAnswer> => upstream.call(requestFor(given, changes), contextOf());

/** MCP's result of a call. */
export async function resultOf(answer: Promise<UpstreamAnswer>): Promise<Given> {
  const settled = await answer;
  if (settled.kind !== 'result') throw new Error(`There is no result but ${settled.kind}.`);
  return settled.result;
}

/** What the only operation of a document sends for these arguments. */
export async function sent(document: Given, given: Given = {}, settings: object = {}): Promise<Received> {
  const { url, requests } = await api();
  await called(upstreamOf(document, { base_url: url, ...settings }), given);
  const [first] = requests;
  if (!first) throw new Error('Nothing was sent.');
  return first;
}

export interface Failed {
  readonly type: string | undefined | null;
  readonly message: string;
  readonly sideEffect?: unknown;
  readonly retryAfterMs?: unknown;
}

/** How it failed. */
export async function failureOf(settling: Promise<unknown>): Promise<Failed> {
  try {
    await settling;
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    const detail = error.details?.[0] as Pick<Failed, 'sideEffect' | 'retryAfterMs'> | undefined;
    return { type: error.type, message: error.message, ...detail };
  }
  throw new Error('It did not fail.');
}
