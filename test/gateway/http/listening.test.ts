/** How a server begins, and how it ends: with answers that are on their way, and without connections that nobody needs. */
import { once } from 'node:events';
import { Agent, createServer, get } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { BadSetting } from '../../../config/file';
import { close, listen } from '../../../gateway/http/listening';

const here = { host: '127.0.0.1', port: 0 };

/** A server that has been asked something, by a client that keeps its connection. */
async function asked() {
  const server = createServer({ keepAliveTimeout: 600_000 });
  const url = await listen(server, here);
  const request = get(url, { agent: new Agent({ keepAlive: true }) }).on('error', () => undefined);
  const [, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
  return { server, request, response };
}

test('an answer that is on its way is waited for, and the connection that it leaves is not', async () => {
  const { server, request, response } = await asked();
  const closed = close(server);
  response.end('late');
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  answer.resume();
  await closed;
  expect(server.listening).toBe(false);
});

test('an answer that does not come is given up after 10 s', async () => {
  const { server, request } = await asked();
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setInterval', 'clearInterval', 'queueMicrotask'] });
  try {
    const closed = close(server);
    const hungUp = new Promise((resolve) => request.once('close', resolve)); // once() would reject: it is cut off
    jest.advanceTimersByTime(9_999);
    expect(request.destroyed).toBe(false);
    jest.advanceTimersByTime(1);
    await Promise.all([closed, hungUp]);
  } finally {
    jest.useRealTimers();
  }
});

test('a port that another program has is told with the settings that name it', async () => {
  const other = createServer();
  const port = Number(new URL(await listen(other, here)).port);
  await expect(listen(createServer(), { ...here, port })).rejects.toEqual(
    new BadSetting(
      `The gateway cannot listen on port ${port} of 127.0.0.1, another program does: set HOLDFAST_PORT or HOLDFAST_HOST (gateway.port, gateway.host).`,
    ),
  );
  await close(other);
});
