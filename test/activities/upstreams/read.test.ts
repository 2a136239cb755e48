/** What is read directly, beside the calls of tools. */
import type { Given, ReadRequest } from '../../../workflows/upstream-contract';
import { json, startWeb, stopAll } from './web';
import type { Web } from './web';
import { closeAll, failureOf, scripted, upstreamOf } from './world';

afterEach(async () => {
  await closeAll();
  await stopAll();
});

const never = new AbortController().signal;

test('a server that completes nothing has nothing to choose from', async () => {
  const { upstream } = scripted();
  const asked: ReadRequest = { upstream: 'up', method: 'completion/complete', params: { ref: {}, argument: {} } };
  expect(await upstream.read(asked, never)).toEqual({ completion: { values: [] } });
});

/** A server of 2026-07-28 by hand, which asks for this before it gives anything. */
const asking = (wanted: Given): Promise<Web> =>
  startWeb(({ message: { id, method } }, response) =>
    json(response, {
      jsonrpc: '2.0',
      id,
      result:
        method === 'server/discover'
          ? {
              resultType: 'complete',
              supportedVersions: ['2026-07-28'],
              capabilities: {},
              ttlMs: 0,
              cacheScope: 'private',
            }
          : { resultType: 'input_required', ...wanted },
    }),
  );

const request: ReadRequest = { upstream: 'up', method: 'prompts/get', params: { name: 'greet' }, asks: true };
const roots = { method: 'roots/list', params: {} };

test('what it asks before it answers is told with its state, and it is asked again with the answers', async () => {
  const web = await asking({ inputRequests: { r: roots }, requestState: 's1' });
  const upstream = upstreamOf({ url: web.url });
  const asked = { resultType: 'input_required', inputRequests: { r: roots }, requestState: 's1' };
  expect(await upstream.read(request, never)).toEqual(asked);
  const responses = { r: { roots: [] } };
  await upstream.read({ ...request, responses, requestState: 's1' }, never);
  const sent = web.received.filter(({ message }) => message['method'] === 'prompts/get');
  expect(sent.map(({ message }) => message['params'])).toMatchObject([
    { name: 'greet' },
    { name: 'greet', inputResponses: responses, requestState: 's1' },
  ]);
  expect(sent[0]?.message['params']).not.toHaveProperty('inputResponses');
});

test('a gateway that knows nothing of questions gets a refusal', async () => {
  const upstream = upstreamOf({ url: (await asking({ inputRequests: { r: roots } })).url });
  const { asks: _asks, ...older } = request;
  const failed = await failureOf(upstream.read(older, never));
  expect(failed).toMatchObject({ type: 'refused', message: expect.stringContaining('asks a question') });
});

test.each([
  ['nothing', {}, 'does not say with what'],
  ['too much at once', { inputRequests: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [n, roots])) }, '20'],
  ['what is no request', { inputRequests: { r: 'roots' } }, "none of MCP's"],
  ['somebody to carry a state of any length', { requestState: 'x'.repeat(65_537) }, '65536'],
  [
    'somebody to open what is no address of the web',
    { inputRequests: { r: { method: 'elicitation/create', params: { mode: 'url', url: 'file:///etc/passwd' } } } },
    'no http or https address',
  ],
  [
    'with more words than an answer may have',
    { inputRequests: { r: { method: 'elicitation/create', params: { message: 'x'.repeat(1_500_001) } } } },
    'is the limit',
  ],
])('a server that asks for %s is not passed on', async (_what, wanted, why) => {
  const upstream = upstreamOf({ url: (await asking(wanted)).url });
  expect((await failureOf(upstream.read(request, never))).message).toContain(why);
});
