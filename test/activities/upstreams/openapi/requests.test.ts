/** What is sent: parameters by their style, bodies by their media type, and where to. */
import { api, called, documentOf, failureOf, operationAt, sent, upstreamOf } from './world';

const list = ['blue', 'black', 'a/b'];
const color = { R: 100, G: 'a b' };

const at = (
  place: string,
  style: string | undefined,
  explode: boolean | undefined,
  name = 'color',
  extra: object = {},
) =>
  operationAt(
    {
      parameters: [
        {
          name,
          in: place,
          required: true,
          schema: {},
          ...(style && { style }),
          ...(explode !== undefined && { explode }),
          ...extra,
        },
      ],
    },
    place === 'path' ? `/things/{${name}}` : '/things',
  );

test.each([
  ['path', undefined, undefined, 'a/b?', '/things/a%2Fb%3F'],
  ['path', 'simple', false, list, '/things/blue,black,a%2Fb'],
  ['path', 'simple', true, list, '/things/blue,black,a%2Fb'],
  ['path', 'simple', false, color, '/things/R,100,G,a%20b'],
  ['path', 'simple', true, color, '/things/R=100,G=a%20b'],
  ['path', 'label', false, 'blue', '/things/.blue'],
  ['path', 'label', false, list, '/things/.blue,black,a%2Fb'],
  ['path', 'label', true, list, '/things/.blue.black.a%2Fb'],
  ['path', 'label', false, color, '/things/.R,100,G,a%20b'],
  ['path', 'label', true, color, '/things/.R=100.G=a%20b'],
  ['path', 'matrix', false, 'blue', '/things/;color=blue'],
  ['path', 'matrix', false, '', '/things/;color'],
  ['path', 'matrix', false, list, '/things/;color=blue,black,a%2Fb'],
  ['path', 'matrix', true, list, '/things/;color=blue;color=black;color=a%2Fb'],
  ['path', 'matrix', false, color, '/things/;color=R,100,G,a%20b'],
  ['path', 'matrix', true, color, '/things/;R=100;G=a%20b'],
  ['query', undefined, undefined, 'a&b=c', '/things?color=a%26b%3Dc'],
  ['query', undefined, undefined, '', '/things?color='],
  ['query', undefined, undefined, true, '/things?color=true'],
  ['query', undefined, undefined, list, '/things?color=blue&color=black&color=a%2Fb'],
  ['query', 'form', false, list, '/things?color=blue,black,a%2Fb'],
  ['query', 'form', true, color, '/things?R=100&G=a%20b'],
  ['query', 'form', false, color, '/things?color=R,100,G,a%20b'],
  ['query', 'form', undefined, [], '/things'],
  ['query', 'spaceDelimited', false, list, '/things?color=blue%20black%20a%2Fb'],
  ['query', 'spaceDelimited', undefined, list, '/things?color=blue%20black%20a%2Fb'],
  ['query', 'pipeDelimited', false, list, '/things?color=blue%7Cblack%7Ca%2Fb'],
  ['query', 'deepObject', true, color, '/things?color%5BR%5D=100&color%5BG%5D=a%20b'],
  ['query', 'deepObject', true, { in: { deep: [1] } }, '/things?color%5Bin%5D%5Bdeep%5D%5B0%5D=1'],
] as const)('%s, style %s, explode %s: %j is sent as %s', async (place, style, explode, value, url) => {
  expect((await sent(at(place, style, explode), { color: value })).url).toBe(url);
});

test.each([
  [undefined, 'plain', 'plain'],
  [false, list, 'blue,black,a/b'],
  [false, color, 'R,100,G,a b'],
  [true, color, 'R=100,G=a b'],
])('a header, explode %s: %j is sent as %s', async (explode, value, text) => {
  const { headers } = await sent(at('header', undefined, explode, 'X-Color'), { 'X-Color': value });
  expect(headers['x-color']).toBe(text);
});

test.each([
  [undefined, 'a; b=c', 'color=a%3B%20b%3Dc'],
  [false, list, 'color=blue,black,a%2Fb'],
  [true, list, 'color=blue; color=black; color=a%2Fb'],
])('a cookie, explode %s: %j is sent as %s', async (explode, value, text) => {
  expect((await sent(at('cookie', undefined, explode), { color: value })).headers.cookie).toBe(text);
});

test('a parameter with allowReserved keeps what has a meaning, but ends no parameter and adds none', async () => {
  const document = at('query', undefined, undefined, 'color', { allowReserved: true });
  expect((await sent(document, { color: 'a/b?c:d&admin=1#x' })).url).toBe('/things?color=a/b?c:d%26admin=1%23x');
});

test('a parameter described by its content is sent as JSON', async () => {
  const document = at('query', undefined, undefined, 'color', { content: { 'application/json': { schema: {} } } });
  expect((await sent(document, { color: { a: [1] } })).url).toBe('/things?color=%7B%22a%22%3A%5B1%5D%7D');
});

test.each(['..', '.', ''])('an argument %j cannot lead a path elsewhere', async (value) => {
  const { url, requests } = await api();
  const failed = await failureOf(
    called(upstreamOf(at('path', undefined, undefined), { base_url: url }), { color: value }),
  );
  expect(failed).toMatchObject({ type: 'invalid_input', sideEffect: 'none' });
  expect(requests).toEqual([]);
});

test.each(['a\r\nx-admin: 1', 'snow ☃'])('an argument %j is no header', async (value) => {
  const { url } = await api();
  const upstream = upstreamOf(at('header', undefined, undefined, 'X-Color'), { base_url: url });
  expect((await failureOf(called(upstream, { 'X-Color': value }))).type).toBe('invalid_input');
});

test.each([
  [{}, 'The argument color is missing.'],
  [{ color: 'x', colour: 1 }, 'There is no argument "colour": there are color.'],
])('arguments %j are refused before anything is sent', async (given, message) => {
  const { url, requests } = await api();
  const failed = await failureOf(called(upstreamOf(at('query', undefined, undefined), { base_url: url }), given));
  expect(failed).toMatchObject({ type: 'invalid_input', message });
  expect(requests).toEqual([]);
});

const bodyOf = (content: object, required = true) =>
  operationAt({ requestBody: { required, content } }, '/things', 'post');

test.each([
  ['application/json', { a: [1, null] }, '{"a":[1,null]}'],
  ['application/vnd.things+json', 'text', '"text"'],
  ['text/plain', 'text', 'text'],
  ['application/xml', '<a/>', '<a/>'],
  ['application/x-www-form-urlencoded', { a: 'x y', b: [1, 2], c: { d: 1 } }, 'a=x%20y&b=1&b=2&c=%7B%22d%22%3A1%7D'],
])('a body of %s', async (type, body, text) => {
  const received = await sent(bodyOf({ [type]: { schema: {} } }), { body });
  expect(received.body.toString()).toBe(text);
  expect(received.headers['content-type']).toBe(type);
});

test('a body of bytes is base64 in the argument', async () => {
  const { body, headers } = await sent(bodyOf({ 'image/png': {} }), {
    body: Buffer.from([0, 255, 13]).toString('base64'),
  });
  expect([...body]).toEqual([0, 255, 13]);
  expect(headers['content-type']).toBe('image/png');
  const { url } = await api();
  const failed = await failureOf(
    called(upstreamOf(bodyOf({ 'image/png': {} }), { base_url: url }), { body: 'no base64!' }),
  );
  expect(failed.type).toBe('invalid_input');
});

test('a field of a form is sent by the style of its encoding', async () => {
  const document = bodyOf({
    'application/x-www-form-urlencoded': {
      schema: { type: 'object' },
      encoding: { a: { style: 'deepObject', explode: true }, b: { style: 'form', explode: false } },
    },
  });
  const { body } = await sent(document, { body: { a: { k: [{ z: 1 }] }, b: [1, 2] } });
  expect(body.toString()).toBe('a%5Bk%5D%5B0%5D%5Bz%5D=1&b=1,2');
});

test('a multipart form has a part for each field, bytes as they are', async () => {
  const document = bodyOf({
    'multipart/form-data': {
      schema: { type: 'object', properties: { file: { type: 'string', format: 'binary' } } },
      encoding: { file: { contentType: 'image/png, image/gif' } },
    },
  });
  const given = { file: Buffer.from([0, 255]).toString('base64'), note: 'n"o\r\nte', 'x"\r\n': 1, more: { a: 1 } };
  const { body, headers } = await sent(document, { body: given });
  const [, boundary = ''] = /^multipart\/form-data; boundary=(\S+)$/.exec(headers['content-type'] ?? '') ?? [];
  expect(body.toString('latin1').split(`--${boundary}`)).toEqual([
    '',
    '\r\ncontent-disposition: form-data; name="file"; filename="file"\r\ncontent-type: image/png\r\n\r\n\x00\xff\r\n',
    '\r\ncontent-disposition: form-data; name="note"\r\n\r\nn"o\r\nte\r\n',
    '\r\ncontent-disposition: form-data; name="x%22%0D%0A"\r\n\r\n1\r\n',
    '\r\ncontent-disposition: form-data; name="more"\r\ncontent-type: application/json\r\n\r\n{"a":1}\r\n',
    '--\r\n',
  ]);
});

test('of several media types JSON is sent, and JSON is asked for first', async () => {
  const content = { 'application/xml': {}, 'application/json': {} };
  const document = operationAt({ requestBody: { content }, responses: { 200: { content } } }, '/things', 'post');
  const { headers } = await sent(document, { body: 1 });
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    accept: 'application/json, application/xml;q=0.9, */*;q=0.5',
  });
});

test.each([
  ['a body that is not required', bodyOf({ 'application/json': {} }, false)],
  ['no body', operationAt({}, '/things', 'post')],
])('%s sends none', async (_what, document) => {
  const { body, headers } = await sent(document);
  expect([body.length, headers['content-type']]).toEqual([0, undefined]);
});

test('an API has the address of its document’s server, variables at their default', async () => {
  const { url, requests } = await api();
  const server = { url: `${url}/{version}`, variables: { version: { default: 'v2', enum: ['v1', 'v2'] } } };
  await called(upstreamOf(operationAt({}, '/things', 'get', { servers: [server] })));
  expect(requests.map((request) => request.url)).toEqual(['/v2/things']);
});

test('an operation’s own server goes before the document’s, and base_url before both', async () => {
  const { url, requests } = await api();
  const document = operationAt({ servers: [{ url: `${url}/own` }] }, '/things', 'get', {
    servers: [{ url: `${url}/all` }],
  });
  await called(upstreamOf(document));
  await called(upstreamOf(document, { base_url: `${url}/mine/` }));
  expect(requests.map((request) => request.url)).toEqual(['/own/things', '/mine/things']);
});

test('a document in a file without a server asks for base_url', async () => {
  expect(await failureOf(called(upstreamOf(operationAt({}))))).toMatchObject({
    type: 'refused',
    message: expect.stringContaining('Set base_url') as unknown,
  });
});

test('headers of the operator go with each call, and no caller replaces one', async () => {
  const document = operationAt({ parameters: [{ name: 'X-Team', in: 'header', schema: {} }] });
  const settings = { headers: { 'X-Team': 'blue', Cookie: 'a=b' } };
  expect((await sent(document, {}, settings)).headers).toMatchObject({ 'x-team': 'blue', cookie: 'a=b' });
  const { url } = await api();
  const failed = await failureOf(called(upstreamOf(document, { base_url: url, ...settings }), { 'X-Team': 'red' }));
  expect(failed.type).toBe('invalid_input');
});

test('the idempotency header carries the key of the call', async () => {
  const document = operationAt({}, '/things', 'post');
  const { headers } = await sent(document, {}, { idempotency_header: 'Idempotency-Key' });
  expect(headers['idempotency-key']).toBe('key-1');
});

test('a document without paths offers nothing', async () => {
  expect((await upstreamOf(documentOf({})).list(new AbortController().signal)).tools).toEqual([]);
});
