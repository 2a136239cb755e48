/** HTTP APIs by documents that nobody here wrote, against stand-ins of them: what is listed, what each call asks the API for, what comes back. */
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import type { Given } from '../../workflows/upstream-contract';
import type { Party } from './client';
import { fileOfNpm } from './install';

/** A call, what the API hears of it, and what it answers. */
export interface ApiCall {
  readonly tool: string;
  readonly given: Given;
  /** Method, path and query. */
  readonly heard: string;
  readonly body?: unknown;
  readonly answer: unknown;
}

export interface Api {
  /** Its key in the configuration. */
  readonly name: string;
  /** Whose document it is, and which version. */
  readonly document: string;
  readonly file: string;
  readonly settings?: Given;
  /** Which operations are offered, by the pattern in `settings`; absent: all. */
  readonly offered?: RegExp;
  /** What it has to be shown, by header. */
  readonly credentials?: Readonly<Record<string, string>>;
  readonly calls: readonly ApiCall[];
}

const PET = { id: 7, name: 'Bello', photoUrls: ['https://example.com/bello.png'], status: 'sold' };
const LABEL = {
  id: 1,
  node_id: 'x',
  url: 'https://api.github.com/repos/a/b/labels/bug',
  name: 'bug',
  description: null,
  color: 'f29513',
  default: false,
};

export const apis = (): Api[] => [
  {
    name: 'petstore',
    document: 'Swagger Petstore, of @readme/oas-examples 8.2.2',
    file: fileOfNpm('@readme/oas-examples/3.1/json/petstore.json'),
    settings: { auth: { api_key: 'special-key', petstore_auth: 'pet-token' } },
    calls: [
      { tool: 'addPet', given: { body: PET }, heard: 'POST /pet', body: PET, answer: PET },
      { tool: 'getPetById', given: { petId: 7 }, heard: 'GET /pet/7', answer: PET },
      {
        tool: 'findPetsByStatus',
        given: { status: ['available', 'sold'] },
        heard: 'GET /pet/findByStatus?status=available&status=sold',
        answer: [PET],
      },
      {
        tool: 'updatePetWithForm',
        given: { petId: 7, body: { name: 'Bella & Bello' } },
        heard: 'POST /pet/7',
        body: 'name=Bella%20%26%20Bello',
        answer: {},
      },
      { tool: 'deletePet', given: { petId: 7 }, heard: 'DELETE /pet/7', answer: {} },
    ],
  },
  {
    name: 'directus',
    document: 'Directus, of @directus/specs 15.2.0',
    file: fileOfNpm('@directus/specs/dist/openapi.json'),
    settings: { auth: { Auth: 'Bearer of-the-proof' } },
    credentials: { authorization: 'Bearer of-the-proof' },
    calls: [
      {
        tool: 'getItems',
        given: { collection: 'articles', fields: ['id', 'title'], search: 'a/b c' },
        heard: 'GET /items/articles?fields=id,title&search=a%2Fb%20c',
        answer: { data: [{ id: 1, title: 'One' }] },
      },
      {
        tool: 'createItem',
        given: { collection: 'articles', body: { title: 'Two' } },
        heard: 'POST /items/articles',
        body: { title: 'Two' },
        answer: { data: { id: 2, title: 'Two' } },
      },
      {
        tool: 'getItem',
        given: { collection: 'articles', id: 'a b' },
        heard: 'GET /items/articles/a%20b',
        answer: { data: { id: 'a b' } },
      },
    ],
  },
  {
    name: 'github',
    document: 'GitHub, of @octokit/openapi 23.0.2',
    file: fileOfNpm('@octokit/openapi/generated/api.github.com.json'),
    settings: {
      limits: { max_bytes: 20_000_000, max_tools: 2_000 },
      allow: ['issues_*'],
      headers: { Authorization: 'Bearer of-the-proof' },
    },
    offered: /^issues\//,
    credentials: { authorization: 'Bearer of-the-proof' },
    calls: [
      {
        tool: 'issues_list-for-repo',
        given: { owner: 'a', repo: 'b', state: 'all', per_page: 5 },
        heard: 'GET /repos/a/b/issues?state=all&per_page=5',
        answer: [],
      },
      {
        tool: 'issues_create-label',
        given: { owner: 'a', repo: 'b', body: { name: 'bug', color: 'f29513' } },
        heard: 'POST /repos/a/b/labels',
        body: { name: 'bug', color: 'f29513' },
        answer: LABEL,
      },
      {
        tool: 'issues_get-label',
        given: { owner: 'a', repo: 'b', name: 'needs more' },
        heard: 'GET /repos/a/b/labels/needs%20more',
        answer: { ...LABEL, name: 'needs more' },
      },
    ],
  },
];

interface Heard {
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A stand-in of an API. */
export interface StandIn {
  readonly url: string;
  /** Answers the next request with this JSON. @returns what was heard until then, and not taken yet */
  answer(value: unknown): void;
  /** Takes what was heard since the last time. */
  taken(): Heard[];
  stop(): void;
}

export async function startStandIn(): Promise<StandIn> {
  let next: unknown = {};
  let heard: Heard[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      heard.push({ line: `${method} ${url}`, headers, body: Buffer.concat(pieces).toString() });
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(next));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: (value) => (next = value),
    taken() {
      const all = heard;
      heard = [];
      return all;
    },
    stop: () => void server.close(),
  };
}

/** Operations of a document, and how many of them are to be offered. */
export function operationsOf({ file, offered = /./ }: Api): { readonly all: number; readonly chosen: number } {
  const METHODS = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']);
  const { paths } = JSON.parse(readFileSync(file, 'utf8')) as {
    paths: Record<string, Record<string, { operationId?: string }>>;
  };
  const ids = Object.values(paths).flatMap((item) =>
    Object.entries(item).flatMap(([method, { operationId = '' }]) => (METHODS.has(method) ? [operationId] : [])),
  );
  return { all: ids.length, chosen: ids.filter((id) => offered.test(id)).length };
}

/** Lists and calls an API through Holdfast. @returns how many tools it has there, and each difference in a line */
export async function askApi(api: Api, standIn: StandIn, by: Party): Promise<{ listed: number; lines: string[] }> {
  const { name, calls, credentials = {} } = api;
  const listed = (await by.list('tools')).filter((tool) => String(tool['name']).startsWith(`${name}_`)).length;
  const { chosen } = operationsOf(api);
  const lines = listed === chosen ? [] : [`${chosen} operations, and ${listed} tools`];
  for (const { tool, given, heard, body, answer } of calls) {
    standIn.answer(answer);
    standIn.taken();
    const outcome = await by.call(`${name}_${tool}`, given);
    const [request, ...more] = standIn.taken();
    if (!request) lines.push(`${tool}: the API was not asked: ${JSON.stringify(outcome).slice(0, 300)}`);
    if (more.length > 0) lines.push(`${tool}: the API was asked ${more.length + 1} times`);
    if (request && request.line !== heard) lines.push(`${tool}: the API heard ${request.line} in place of ${heard}`);
    if (request && !isSent(request.body, body)) lines.push(`${tool}: the API was sent ${request.body.slice(0, 200)}`);
    for (const [header, value] of Object.entries(credentials))
      if (request && request.headers[header] !== value) lines.push(`${tool}: the API was shown no ${header}`);
    if (!isDeepStrictEqual(dataIn(outcome), answer))
      lines.push(`${tool}: ${JSON.stringify(outcome).slice(0, 300)} in place of ${JSON.stringify(answer)}`);
  }
  return { listed, lines };
}

/** Whether a body is what it has to be: text as it is, anything else as JSON. */
function isSent(body: string, wanted: unknown): boolean {
  if (wanted === undefined) return body === '';
  return typeof wanted === 'string' ? body === wanted : isDeepStrictEqual(JSON.parse(body), wanted);
}

/** What the API answered: data that is no object is the member `result` of one. */
function dataIn(outcome: Awaited<ReturnType<Party['call']>>): unknown {
  if ('error' in outcome) return outcome;
  const data = outcome.result['structuredContent'] as Given | undefined;
  if (data && Object.keys(data).length === 1 && 'result' in data) return data['result'];
  return data ?? JSON.parse((outcome.result['content'] as { text: string }[])[0]?.text ?? '{}');
}
