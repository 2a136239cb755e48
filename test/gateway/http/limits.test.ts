/** What one request, and all connections together, may cost. No Temporal: behind the front there is only a yes. */
import { ALICE, closeFronts, openFront } from '../../fixtures/front';
import type { OpenFront } from '../../fixtures/front';
import { post } from '../../fixtures/raw';

const anybody = { authenticate: () => ALICE };
let front: OpenFront;
let wider: OpenFront;

beforeAll(async () => {
  const limits = { bytes: 1_900_000, depth: 256, values: 100_000, batch: 100 };
  [front, wider] = await Promise.all([openFront(anybody), openFront({ ...anybody, limits })]);
});
afterAll(closeFronts);

const bytes = (count: number): string => JSON.stringify('x'.repeat(count - 2));
const values = (count: number): string => JSON.stringify({ all: Array(count - 1).fill(0) });
const levels = (count: number): string => `${'['.repeat(count + 1)}${']'.repeat(count + 1)}`;
const batch = (count: number): string => JSON.stringify(Array(count).fill({}));

test.each<[string, (count: number) => string, number, number, string]>([
  ['bytes', bytes, 1_048_576, 413, 'The request is larger than 1048576 bytes.'],
  ['values', values, 10_000, 400, 'The request holds more than 10000 values.'],
  ['levels', levels, 64, 400, 'The request is nested deeper than 64 levels.'],
  ['messages', batch, 10, 400, 'A batch may hold 10 messages.'],
])('a request may have so many %s, and not one more', async (_what, body, limit, status, sentence) => {
  expect(await post(front.url, body(limit))).toMatchObject({ status: 200, text: 'taken' });
  expect(await post(front.url, body(limit + 1))).toMatchObject({ status, message: { error: { message: sentence } } });
});

test.each<[string, (count: number) => string, number, string]>([
  ['bytes', bytes, 1_900_000, 'The request is larger than 1900000 bytes.'],
  ['values', values, 100_000, 'The request holds more than 100000 values.'],
  ['levels', levels, 256, 'The request is nested deeper than 256 levels.'],
  ['messages', batch, 100, 'A batch may hold 100 messages.'],
])('a request may have as many %s as its operator allows', async (_what, body, limit, sentence) => {
  expect(await post(wider.url, body(limit))).toMatchObject({ status: 200, text: 'taken' });
  expect((await post(wider.url, body(limit + 1))).message.error?.message).toBe(sentence);
});

test('a number that would be read as another one is refused with where it is, and the id of the request if that can be read', async () => {
  const call = (id: string, channel: string): string =>
    `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"send","arguments":{"channel":${channel}}}}`;
  expect(await post(front.url, call('7', '"725653563933458432"'))).toMatchObject({ status: 200, text: 'taken' });
  const refused = await post(front.url, call('7', '725653563933458432'));
  expect([refused.status, JSON.parse(refused.text)]).toEqual([
    400,
    {
      jsonrpc: '2.0',
      id: 7,
      error: {
        code: -32600,
        message:
          'The number 725653563933458432 at params.arguments.channel would be read as another one: numbers are doubles here. Send it as a string.',
      },
    },
  ]);
  const unnamed = await post(front.url, call('725653563933458432', '1'));
  expect([unnamed.status, unnamed.message.error?.message]).toEqual([400, expect.stringContaining('at id would')]);
  expect(JSON.parse(unnamed.text)).not.toHaveProperty('id');
});

test('there may be 5,000 connections, and none is held for a client that says nothing', () => {
  expect(front.server).toMatchObject({
    maxConnections: 5_000,
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
  });
});
