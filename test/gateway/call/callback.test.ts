/** Which callbacks a call may name, and where they go. */
import { Client, Connection } from '@temporalio/client';
import type { Gateway } from '../../../gateway/gateway';
import { MEMO_JOB } from '../../../workflows/contract';
import { legacySession, modern } from '../../fixtures/raw';
import type { RawAnswer } from '../../fixtures/raw';
import { freshKey, run, startTestGateway, startTestWorker } from '../../fixtures/stack';
import type { TestWorker } from '../../fixtures/stack';

const ALLOWED = ['hooks.example.com', 'hooks.example.com:8443', '127.0.0.1:9000', 'localhost:9001'];

let gateway: Gateway;
let worker: TestWorker;
let connection: Connection;

beforeAll(async () => {
  [gateway, worker, connection] = await Promise.all([
    startTestGateway({ webhooks: { allowedHosts: ALLOWED } }),
    startTestWorker(),
    Connection.connect({ address: run().address }),
  ]);
});
afterAll(async () => {
  await Promise.all([gateway.stop(), worker.stop(), connection.close()]);
});

const call = (
  meta: Record<string, unknown>,
  headers: Record<string, string> = {},
  url = gateway.url,
): Promise<RawAnswer> => modern(url, 'tools/call', { name: 'echo', arguments: { text: 'hi' }, _meta: meta }, headers);
const named = (url: unknown): Record<string, unknown> => ({ 'io.holdfast/callback': { url } });

/** The callback in the memo of the job that an answer is about. */
async function recorded({ message }: RawAnswer): Promise<unknown> {
  const meta = message.result?.['_meta'] as Record<string, unknown>;
  const workflowId = decodeURIComponent(String(meta['io.holdfast/audit']).split('/').at(-1) ?? '');
  const handle = new Client({ connection }).workflow.getHandle(workflowId);
  await new Client({ connection }).workflow
    .getHandle(`${workflowId}/webhook`)
    .terminate()
    .catch(() => undefined);
  return ((await handle.describe()).memo?.[MEMO_JOB] as { callback?: unknown }).callback;
}

test.each([
  ['https://hooks.example.com/x?y=1', 'https://hooks.example.com/x?y=1'],
  ['https://hooks.example.com:443/x', 'https://hooks.example.com/x'],
  ['https://HOOKS.example.com:8443', 'https://hooks.example.com:8443/'],
  ['https://127.0.0.1:9000/', 'https://127.0.0.1:9000/'],
  ['http://127.0.0.1:9000/', 'http://127.0.0.1:9000/'],
])('%s is recorded with the job', async (url, href) => {
  expect(await recorded(await call(named(url)))).toEqual({ url: href });
});

test('the header says the same, and _meta comes first', async () => {
  const header = { 'Holdfast-Callback': 'https://hooks.example.com/header' };
  expect(await recorded(await call({}, header))).toEqual({ url: 'https://hooks.example.com/header' });
  expect(await recorded(await call(named('https://hooks.example.com/meta'), header))).toEqual({
    url: 'https://hooks.example.com/meta',
  });
});

test('a 2025 client names its callback in the same ways', async () => {
  const session = await legacySession(gateway.url);
  const params = { name: 'echo', arguments: { text: 'hi' }, _meta: named('https://hooks.example.com/old') };
  expect(await recorded(await session.request(gateway.url, 'tools/call', params))).toEqual({
    url: 'https://hooks.example.com/old',
  });
});

test('a job of a call that names none has none', async () => {
  expect(await recorded(await call({}))).toBeUndefined();
});

test('a call that joins a job changes nothing about its callback', async () => {
  const key = { 'Idempotency-Key': freshKey() };
  await call(named('https://hooks.example.com/first'), key);
  expect(await recorded(await call(named('https://hooks.example.com/second'), key))).toEqual({
    url: 'https://hooks.example.com/first',
  });
});

test.each([
  ['another host', 'https://evil.example.com/', /gateway\.webhooks\.allowed_hosts/],
  ['a host under the listed one', 'https://a.hooks.example.com/', /allowed_hosts/],
  ['the listed host as a user', 'https://hooks.example.com@evil.example.com/', /credentials/],
  ['another port', 'https://hooks.example.com:9999/', /allowed_hosts/],
  ['localhost, though it is listed', 'https://localhost:9001/', /named 127\.0\.0\.1:<port>/],
  ['localhost by plain http', 'http://localhost:9001/', /named 127\.0\.0\.1:<port>/],
  ['a name of localhost', 'https://hooks.localhost/', /not on the public internet/],
  ['localhost with the dot of the root', 'https://localhost./', /not on the public internet/],
  ['loopback without a port', 'https://127.0.0.1/', /with its port/],
  ['another spelling of loopback without a port', 'https://0x7f.1/', /with its port/],
  ['loopback in IPv6', 'http://[::1]:9000/', /not on the public internet/],
  ['loopback in IPv6, as an IPv4 address', 'https://[::ffff:127.0.0.1]:9000/', /not on the public internet/],
  ['a private address', 'https://10.0.0.5/', /not on the public internet/],
  ["a cloud's metadata", 'https://169.254.169.254/', /not on the public internet/],
  ['plain http', 'http://hooks.example.com/', /https:\/\/, .*only 127\.0\.0\.1:<port> may be plain http/],
  ['a scheme without a host', 'mailto:hooks@example.com', /https:\/\//],
  ['plain http to loopback on another port', 'http://127.0.0.1:9001/', /allowed_hosts/],
  ['another scheme', 'ftp://127.0.0.1:9000/', /https:\/\//],
  ['credentials', 'https://user:secret@hooks.example.com/', /credentials/],
  ['a user alone', 'https://user@hooks.example.com/', /credentials/],
  ['over 2,048 characters', `https://hooks.example.com/${'x'.repeat(2_048)}`, /2048/],
  ['no URL', 'hooks.example.com', /https URL/],
  ['nothing', '', /https URL/],
  ['no text', 7, /https URL/],
  ['no url at all', undefined, /https URL/],
])('%s is refused with -32602 and what to do, and nothing starts', async (_what, url, sentence) => {
  const { message } = await call(named(url));
  expect(message.error).toMatchObject({ code: -32602, message: expect.stringMatching(sentence) });
  expect(message.error?.message).toContain('Nothing was started');
  expect(message.error?.message).not.toMatch(/secret|evil/);
});

test.each([['a string'], [7], [[]]])('a callback of the wrong shape is refused: %p', async (callback) => {
  const { message } = await call({ 'io.holdfast/callback': callback });
  expect(message.error).toMatchObject({ code: -32602 });
});

test('without a list no host may be called back', async () => {
  const strict = await startTestGateway();
  const { message } = await call(named('https://hooks.example.com/'), {}, strict.url);
  await strict.stop();
  expect(message.error).toMatchObject({ code: -32602 });
});
