/** What one request, and all connections together, may cost. No Temporal: behind the front there is only a yes. */
import type { Server } from 'node:http';
import { createFront } from '../../../gateway/http/front';
import { listening } from '../../fixtures/listening';
import { post } from '../../fixtures/raw';

let front: Server;
let url: string;

beforeAll(async () => {
  front = createFront({
    allowedHosts: ['127.0.0.1'],
    authenticate: () => ({ caller: { tenant: 'acme', subject: 'alice' } }),
    answer: (_request, response) => void response.end('taken'),
    ready: () => Promise.resolve(true),
    draining: () => false,
    onError: () => undefined,
  });
  url = await listening(front);
});
afterAll(() => front.close().closeAllConnections());

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
  expect(await post(url, body(limit))).toMatchObject({ status: 200, text: 'taken' });
  expect(await post(url, body(limit + 1))).toMatchObject({ status, message: { error: { message: sentence } } });
});

test('there may be 5,000 connections, and none is held for a client that says nothing', () => {
  expect(front).toMatchObject({
    maxConnections: 5_000,
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
  });
});
