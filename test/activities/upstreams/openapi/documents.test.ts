/** Where a document is read from, and what of it is refused. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  api,
  called,
  documentOf,
  failureOf,
  folder,
  json,
  never,
  offerOf,
  operationAt,
  plain,
  resultOf,
  upstreamOf,
} from './world';
import type { Answering } from './world';

const names = async (from: string, settings: object = {}): Promise<unknown[]> =>
  (await offerOf(from, settings)).tools.map(({ name }) => name);

const YAML = `openapi: 3.1.0
info: { title: Things, version: "1" }
paths:
  /things:
    get: { operationId: it }
`;

/** Answers by path. */
const files =
  (byPath: Readonly<Record<string, Answering>>): Answering =>
  (request, ...rest) =>
    (byPath[request.url] ?? json({}, 404))(request, ...rest);

test('a document is read from a file, JSON or YAML', async () => {
  const root = folder({ 'a.yaml': YAML, 'a.json': operationAt({}) });
  expect(await names(join(root, 'a.yaml'))).toEqual(['it']);
  expect(await names(join(root, 'a.json'))).toEqual(['it']);
  expect(await offerOf(join(root, 'a.yaml'))).toMatchObject({ server: { name: 'Things', version: '1' }, left: [] });
});

test('a document is read from a URL, and its server may be relative to that', async () => {
  const document = operationAt({}, '/things', 'get', { servers: [{ url: '../v2' }] });
  const { url, requests } = await api(files({ '/docs/api.json': json(document), '/v2/things': json({ a: 1 }) }));
  const upstream = upstreamOf(`${url}/docs/api.json`);
  expect(await resultOf(called(upstream))).toMatchObject({ structuredContent: { a: 1 } });
  expect(requests.map((request) => request.url)).toEqual(['/docs/api.json', '/v2/things']);
});

const parts = {
  'api.yaml': `${YAML}  /more: { $ref: "paths/more.yaml" }
components: { schemas: { Local: { type: string } } }
`,
  'paths/more.yaml': { get: { operationId: 'more', parameters: [{ $ref: '../parameters.json#/id' }] } },
  'parameters.json': { id: { name: 'id', in: 'query', schema: { $ref: 'api.yaml#/components/schemas/Local' } } },
};

test('a document may be spread over the files of its folder', async () => {
  const { tools } = await offerOf(join(folder(parts), 'api.yaml'));
  expect(tools[1]).toMatchObject({ name: 'more', inputSchema: { properties: { id: { $ref: '#/$defs/Local' } } } });
});

test('a document may be spread over the files of its origin', async () => {
  const { url } = await api((request, ...rest) =>
    files(
      Object.fromEntries(
        Object.entries(parts).map(([path, content]) => [
          `/${path}`,
          typeof content === 'string' ? plain('text/yaml', content) : json(content),
        ]),
      ),
    )(request, ...rest),
  );
  expect(await names(`${url}/api.yaml`)).toEqual(['it', 'more']);
});

const refersTo = ($ref: string) => operationAt({ parameters: [{ $ref }] });

test.each([
  ['above its folder', () => '../outside.json#/a'],
  ['of another root', () => 'file:///etc/hostname'],
  ['behind a link', (root: string) => (symlinkSync(dirname(root), join(root, 'link')), 'link/outside.json#/a')],
  ['of another host', () => 'https://example.com/a.json'],
])('a document in a file refers to no file %s', async (_what, ref) => {
  const root = join(folder({ 'outside.json': { a: { name: 'a', in: 'query' } } }), 'inside');
  mkdirSync(root);
  writeFileSync(join(root, 'api.json'), JSON.stringify(refersTo(ref(root))));
  expect(await failureOf(offerOf(join(root, 'api.json')))).toMatchObject({
    type: 'refused',
    message: expect.stringContaining('outside of its folder') as unknown,
  });
});

test.each(['file:///etc/hostname', 'http://127.0.0.1:1/a.json'])(
  'a document from a URL does not refer to %s',
  async (ref) => {
    const { url } = await api(json(refersTo(ref)));
    expect((await failureOf(offerOf(`${url}/api.json`))).message).toContain('another origin');
  },
);

test.each([
  ['nothing', '', 'It is no object'],
  ['no YAML', 'a: [', 'neither JSON nor YAML: see line 1'],
  ['Swagger 2.0', '{"swagger":"2.0"}', 'Swagger 2.0'],
  ['a later version', '{"openapi":"4.0.0"}', 'OpenAPI 3.0 or 3.1'],
  ['too many levels', `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`, 'deeper than'],
  ['itself within itself', 'a: &a { b: *a }', 'deeper than'],
  [
    'aliases of aliases',
    `a: &a [x,x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
      .split('')
      .map((name, index) => `${name}: &${name} [${Array<string>(10).fill(`*${'abcdefg'[index]}`).join(',')}]`)
      .join('\n')}`,
    'neither JSON nor YAML',
  ],
  ['too many bytes', `{"a":"${'x'.repeat(20_000)}"}`, 'max_bytes'],
])('a document of %s is refused', async (_what, text, message) => {
  const failed = await failureOf(
    offerOf(join(folder({ 'a.txt': text }), 'a.txt'), {
      limits: { max_bytes: text.includes('xxxxx') ? 10_000 : 100_000 },
    }),
  );
  expect(failed).toMatchObject({
    type: 'refused',
    sideEffect: 'none',
    message: expect.stringContaining(message) as unknown,
  });
});

test.each([
  [404, 'refused'],
  [503, 'unavailable'],
])('an address that answers %i: %s', async (status, type) => {
  const { url } = await api(json({}, status));
  expect((await failureOf(offerOf(`${url}/api.json`))).type).toBe(type);
});

test('a file that is not there is named as such', async () => {
  expect((await failureOf(offerOf('/none/such.json'))).message).toContain('there is no such file');
});

test('headers go to the address of the document only if it is the API’s', async () => {
  const { url, requests } = await api(json(documentOf({})));
  const headers = { 'X-Key': 'secret-value' };
  await offerOf(`${url}/api.json`, { headers });
  await offerOf(`${url}/api.json`, { headers, base_url: `${url}/v1` });
  expect(requests.map((request) => request.headers['x-key'])).toEqual([undefined, 'secret-value']);
});

test('a listing reads the document anew, and calls go on with the last whole one', async () => {
  let document: unknown = operationAt({});
  const { url } = await api((request, ...rest) => json(request.url === '/api.json' ? document : {})(request, ...rest));
  const upstream = upstreamOf(`${url}/api.json`);
  await upstream.list(never);
  document = { openapi: 'none' };
  expect((await failureOf(upstream.list(never))).type).toBe('refused');
  expect((await called(upstream)).kind).toBe('result');
  document = documentOf({});
  expect((await upstream.list(never)).tools).toEqual([]);
  expect((await failureOf(called(upstream))).type).toBe('refused');
});

test('servers that a document from elsewhere names are not reached at private addresses', async () => {
  const inner = await api();
  const { url } = await api(json(operationAt({}, '/things', 'get', { servers: [{ url: inner.url }] })));
  expect(await failureOf(called(upstreamOf(`${url}/api.json`)))).toMatchObject({ type: 'refused', sideEffect: 'none' });
  expect(inner.requests).toEqual([]);
});
