/** What connections may cost. No Temporal: behind the front there is only a yes. */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { createIsProxy } from '../../../gateway/http/address';
import type { FrontNeeds } from '../../../gateway/http/front';
import { eventually } from '../../fixtures/eventually';
import { closeFronts, openFront } from '../../fixtures/front';

const fronting = async (changes: Partial<FrontNeeds> = {}): Promise<URL> => new URL((await openFront(changes)).url);
afterAll(closeFronts);

interface Talk {
  readonly socket: Socket;
  /** All that was said to it. */
  readonly heard: () => string;
  readonly ended: Promise<unknown>;
}
async function talk({ port, hostname }: URL): Promise<Talk> {
  const socket = connect(Number(port), hostname);
  let heard = '';
  const ended = new Promise((resolve) => socket.on('error', resolve).on('close', resolve));
  socket.on('data', (bytes) => (heard += bytes.toString()));
  await once(socket, 'connect');
  return { socket, heard: () => heard, ended };
}

const asking = (
  { host }: Pick<URL, 'host'>,
  more = 'Authorization: Bearer key\r\nContent-Length: 2\r\n',
  body = '{}',
): string => `POST /mcp HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n${more}\r\n${body}`;
const answersIn = (heard: string): number => heard.split('HTTP/1.1 ').length - 1;

test('a connection has one request at a time: it ends with a second one before the answer to the first', async () => {
  let answered = 0;
  const url = await fronting({ answer: () => void (answered += 1) });
  const { socket, ended } = await talk(url);
  socket.write(asking(url).repeat(3));
  await ended;
  expect(answered).toBeLessThan(2);
});

test('a connection has one request after the other', async () => {
  const url = await fronting();
  const { socket, heard } = await talk(url);
  for (const nth of [1, 2, 3]) {
    socket.write(asking(url));
    await eventually('an answer', () => answersIn(heard()) === nth);
  }
  socket.destroy();
});

test.each<[string, (url: URL) => string, number]>([
  ['has no key', (url) => asking(url, 'Transfer-Encoding: chunked\r\n', '1\r\n{\r\n'), 401],
  [
    'goes to a path that is not there',
    (url) => asking(url, 'Content-Length: 9\r\n', '{').replace('/mcp', '/other'),
    404,
  ],
  ['is no POST', (url) => asking(url, 'Content-Length: 9\r\n', '{').replace('POST', 'PUT'), 405],
  ['names a foreign host', () => asking({ host: 'evil.example' }, 'Content-Length: 9\r\n', '{'), 403],
  ['announces too much', (url) => asking(url, 'Authorization: Bearer key\r\nContent-Length: 2000000\r\n', '{'), 413],
  [
    'comes in thousands of pieces',
    (url) => asking(url, 'Authorization: Bearer key\r\nTransfer-Encoding: chunked\r\n', '1\r\n \r\n'.repeat(4_001)),
    400,
  ],
])('the rest of a request that %s is not waited for', async (_what, text, status) => {
  const url = await fronting();
  const { socket, heard, ended } = await talk(url);
  socket.write(text(url));
  await ended;
  expect(heard()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
});

describe('a connection on which nothing is asked for too long', () => {
  const SILENT_MS = 50;
  /** Node waits for so much longer than it tells clients. */
  const BUFFER_MS = 1_000;
  async function silent(): Promise<Talk & { readonly url: URL }> {
    const { server, url: address } = await openFront();
    server.keepAliveTimeout = SILENT_MS;
    const url = new URL(address);
    const talking = await talk(url);
    talking.socket.write(asking(url));
    await eventually('an answer', () => answersIn(talking.heard()) === 1);
    return { ...talking, url };
  }

  test('ends', async () => {
    const { ended } = await silent();
    await ended;
  });

  test('goes on with what was asked while the process stood still', async () => {
    const { socket, heard, url } = await silent();
    socket.write(asking(url)); // is with the system before the loop stands still
    for (const until = performance.now() + 2 * SILENT_MS + BUFFER_MS; performance.now() < until;);
    await eventually('a second answer', () => answersIn(heard()) === 2 || socket.destroyed);
    expect(answersIn(heard())).toBe(2);
    socket.destroy();
  });
});

test('a body may come in many pieces', async () => {
  const url = await fronting();
  const { socket, heard } = await talk(url);
  socket.write(
    asking(
      url,
      'Authorization: Bearer key\r\nTransfer-Encoding: chunked\r\n',
      `1\r\n{\r\n${'1\r\n \r\n'.repeat(3_000)}1\r\n}\r\n0\r\n\r\n`,
    ),
  );
  await eventually('an answer', () => heard().endsWith('taken'));
  socket.destroy();
});

test('over the bound of an address, the connection that has been silent longest goes', async () => {
  const url = await fronting({ connections: { most: 5_000, silentPerAddress: 2, isProxy: () => false } });
  const [first, second] = [await talk(url), await talk(url)];
  first.socket.write(asking(url));
  await eventually('an answer', () => first.heard().endsWith('taken'));
  const third = await talk(url);
  await second.ended;
  expect([first.socket.destroyed, third.socket.destroyed]).toEqual([false, false]);
});

test('connections that come all at once are not silent: what is asked on them is answered', async () => {
  const url = await fronting({ connections: { most: 5_000, silentPerAddress: 2, isProxy: () => false } });
  const headers = { authorization: 'Bearer key', 'content-type': 'application/json' };
  const asked = Array.from({ length: 50 }, () => fetch(url, { method: 'POST', headers, body: '{}' }));
  expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(Array<number>(50).fill(200));
});

test.each([
  ['asked', ''],
  ['asked before the answer to the last request has all left', 'GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'],
])('a connection on which something is %s does not go for others', async (_what, before) => {
  let release: (() => void) | undefined;
  const answer: FrontNeeds['answer'] = (_request, response) => {
    release = () => response.end('taken');
  };
  const url = await fronting({ answer, connections: { most: 5_000, silentPerAddress: 1, isProxy: () => false } });
  const asked = await talk(url);
  asked.socket.write(before + asking(url));
  await eventually('a request', () => release);
  const [one] = [await talk(url), await talk(url)];
  await one.ended;
  release?.();
  await eventually('an answer', () => asked.heard().endsWith('taken'));
});

test('a proxy may have as many connections as there are', async () => {
  const isProxy = createIsProxy(['127.0.0.0/8']);
  const url = await fronting({ connections: { most: 3, silentPerAddress: 1, isProxy } });
  const [first, second] = [await talk(url), await talk(url)];
  second.socket.write(asking(url));
  await eventually('an answer', () => second.heard().endsWith('taken'));
  expect(first.socket.destroyed).toBe(false);
});

test('when there are as many connections as may be, the longest silent one goes for a new one', async () => {
  const url = await fronting({ connections: { most: 3, silentPerAddress: 500, isProxy: () => false } });
  const [first, second, third] = [await talk(url), await talk(url), await talk(url)];
  await first.ended;
  third.socket.write(asking(url));
  await eventually('an answer', () => third.heard().endsWith('taken'));
  expect(second.socket.destroyed).toBe(false);
});

test('a client that takes nothing of its answer for 30 s is given up', async () => {
  jest.useFakeTimers({
    doNotFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'nextTick', 'queueMicrotask', 'Date'],
  });
  let stuck: Socket | undefined;
  const answer: FrontNeeds['answer'] = ({ socket }, response) => {
    stuck = socket;
    response.end('x'.repeat(20_000_000));
  };
  const url = await fronting({ answer });
  const { socket } = await talk(url);
  socket.pause().write(asking(url));
  await eventually('an answer that is not taken', () => (stuck?.writableLength ?? 0) > 0);
  jest.advanceTimersByTime(25_000);
  expect(stuck?.destroyed).toBe(false);
  jest.advanceTimersByTime(15_000);
  expect(stuck?.destroyed).toBe(true);
  jest.useRealTimers();
  socket.destroy();
});

test('a request with two keys is refused', async () => {
  const url = await fronting();
  const { socket, heard } = await talk(url);
  socket.write(asking(url, 'Authorization: Bearer key\r\nAuthorization: Bearer other\r\nContent-Length: 2\r\n'));
  await eventually('a refusal', () => heard().startsWith('HTTP/1.1 400 '));
  expect(heard()).toContain('one Authorization header');
  socket.destroy();
});

test.each([
  ['evil.example', 403],
  ['127.0.0.1', 200],
])('a target that names %s is answered with %d', async (host, status) => {
  const url = await fronting();
  const { socket, heard } = await talk(url);
  socket.write(asking(url).replace('POST /mcp', `POST http://${host}:${url.port}/mcp`));
  await eventually('an answer', () => heard().startsWith(`HTTP/1.1 ${status} `));
  socket.destroy();
});

test('a client that hangs up while its large body waits for a place leaves none taken behind', async () => {
  const front = await openFront();
  const url = new URL(front.url);
  const large = 100_000;
  const head = asking(url, `Authorization: Bearer key\r\nContent-Length: ${large}\r\n`, '');
  const send = async (body: string): Promise<Talk> => {
    const talking = await talk(url);
    talking.socket.write(head + body);
    return talking;
  };
  const whole = JSON.stringify('x'.repeat(large - 2));
  const reading = await Promise.all(Array.from({ length: 8 }, () => send('"')));
  const waiting = await Promise.all(Array.from({ length: 8 }, () => send('"')));
  const open = async (): Promise<number> =>
    new Promise((resolve, reject) =>
      front.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );
  await eventually('all are connected', async () => (await open()) === 16);
  for (const { socket } of waiting) socket.destroy();
  await eventually('half of them have hung up', async () => (await open()) === 8);
  for (const { socket } of reading) socket.write(whole.slice(1));
  const next = await send(whole);
  await eventually('an answer', () => answersIn(next.heard()) === 1);
  for (const { socket } of [...reading, next]) socket.destroy();
});
