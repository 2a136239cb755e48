/** Addresses that a server wants somebody to open: they are put before whoever calls, and nothing is done until they were opened. */
import type { Given } from '../../../workflows/upstream-contract';
import { closeAll, contextOf, failureOf, requestOf, scripted, textOf } from './world';

afterEach(closeAll);

const ADDRESS = 'https://example.com/let-in';
const first = 'holdfast.open.1.1';
const accepted = (key: string): { responses: Given } => ({ responses: { [key]: { action: 'accept', content: {} } } });

test('a call that is not begun before somebody has opened an address asks for that, and is made again', async () => {
  const { upstream, received } = scripted();
  expect(await upstream.call(requestOf('open'), contextOf())).toEqual({
    kind: 'input_required',
    requests: [
      {
        key: first,
        method: 'elicitation/create',
        params: { mode: 'url', elicitationId: 'e1', url: ADDRESS, message: 'Let us in.' },
      },
    ],
  });
  expect(textOf(await upstream.call(requestOf('open', accepted(first)), contextOf()))).toBe('let in');
  const calls = received().filter(({ method }) => method === 'tools/call');
  expect(calls.map(({ params }) => 'inputResponses' in (params as Given))).toEqual([false, false]);
});

test('one that asks again has another key: it is another question', async () => {
  const { upstream } = scripted();
  const request = requestOf('open', { arguments: { ready: 2 } });
  await upstream.call(request, contextOf());
  expect(await upstream.call({ ...request, ...accepted(first) }, contextOf())).toMatchObject({
    requests: [{ key: 'holdfast.open.2.1', params: { elicitationId: 'e2' } }],
  });
});

test.each(['decline', 'cancel'])('a call whose address nobody opens is not made again: %s', async (action) => {
  const { upstream, received } = scripted();
  await upstream.call(requestOf('open'), contextOf());
  const again = upstream.call(requestOf('open', { responses: { [first]: { action } } }), contextOf());
  expect(await failureOf(again)).toEqual({
    type: 'refused',
    message: 'open of up begins when somebody has opened the address that it asked for, and nobody has.',
    sideEffect: 'none',
  });
  expect(received().filter(({ method }) => method === 'tools/call')).toHaveLength(1);
});

test.each(['javascript:alert(1)', 'file:///etc/passwd', 'https://', 7, `https://example.com/${'x'.repeat(2_000)}`])(
  'what is no address of the web is put before nobody: %s',
  async (url) => {
    const { upstream } = scripted();
    const ask = jest.fn();
    const asked = await upstream.call(requestOf('ask-to-open', { arguments: { url } }), contextOf({ ask }));
    expect(textOf(asked)).toContain('no http or https address');
    expect(ask).not.toHaveBeenCalled();
    expect(await upstream.call(requestOf('open', { arguments: { url } }), contextOf())).toMatchObject({
      kind: 'result',
      result: { isError: true },
    });
  },
);

test('a server that waits while somebody opens an address is told that they have, without a form', async () => {
  const { upstream } = scripted();
  const ask = jest.fn().mockResolvedValue({ result: { action: 'accept', content: {} } });
  const request = requestOf('ask-to-open', { arguments: { url: ADDRESS } });
  expect(textOf(await upstream.call(request, contextOf({ ask })))).toBe('{"action":"accept"}');
  expect(ask).toHaveBeenCalledWith(
    expect.objectContaining({ params: expect.objectContaining({ url: ADDRESS }) as Given }),
  );
});

test('what is read only once somebody has opened an address says which', async () => {
  const { upstream } = scripted();
  const reading = upstream.read(
    { upstream: 'up', method: 'resources/read', params: { uri: 'closed:' } },
    new AbortController().signal,
  );
  expect(await failureOf(reading)).toMatchObject({
    type: 'refused',
    message: `Upstream up gives it when somebody has opened ${ADDRESS}: do that if you trust it, and ask again.`,
  });
});
