/** How bytes of many clients reach the parser: so much in a turn, and all of them. */
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { readInPortions } from '../../../gateway/http/portions';
import { listening } from '../../fixtures/listening';

/** Told of each piece of a body. */
let heard: (piece: Buffer) => void = () => undefined;
const server = createServer((request: IncomingMessage, response) => {
  let size = 0;
  request.on('data', (piece: Buffer) => {
    size += piece.length;
    heard(piece);
  });
  request.once('end', () => response.end(String(size)));
});
readInPortions(server);
let port: number;

beforeAll(async () => {
  port = Number(new URL(await listening(server)).port);
});
afterAll(() => server.close().closeAllConnections());

const HEAD = 'POST / HTTP/1.1\r\nHost: localhost\r\n';

/** What is answered until the connection is over. */
const answerTo = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    let answer = '';
    socket.setEncoding('utf8').on('data', (part: string) => (answer += part));
    socket.once('close', () => resolve(answer));
  });

const allAccepted = (clients: number): Promise<void> =>
  new Promise((resolve) => {
    let left = clients;
    server.on('connection', () => {
      if (--left === 0) resolve();
    });
  });

test('chunks of one byte that many send at once are parsed in many turns of the event loop', async () => {
  const [clients, chunks] = [20, 10_000];
  const accepted = allAccepted(clients);
  const sockets = Array.from({ length: clients }, () => connect(port, '127.0.0.1'));
  await accepted;
  let [inTurn, most, all] = [0, 0, 0];
  heard = ({ length }) => {
    if (inTurn === 0) setImmediate(() => (inTurn = 0));
    inTurn += length;
    all += length;
    most = Math.max(most, inTurn);
  };
  const answers = sockets.map(answerTo);
  for (const socket of sockets)
    socket.end(`${HEAD}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n${'1\r\n1\r\n'.repeat(chunks)}0\r\n\r\n`);
  for (const answer of await Promise.all(answers)) expect(answer.endsWith(`\r\n${chunks}`)).toBe(true);
  expect(all).toBe(clients * chunks);
  expect(most).toBeLessThan(all / 4);
});

test('a body of many portions is whole, and what follows it on the connection is read', async () => {
  heard = () => undefined;
  const socket = connect(port, '127.0.0.1');
  const answer = answerTo(socket);
  const body = 'x'.repeat(1_000_000);
  socket.write(`${HEAD}Content-Length: ${body.length}\r\n\r\n${body}${HEAD}Content-Length: 2\r\n\r\nyy`);
  socket.end(`${HEAD}Connection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  expect([...(await answer).matchAll(/\r\n\r\n(\d+)/g)].map(([, size]) => size)).toEqual(['1000000', '2', '1000000']);
});

test('while a portion waits, nothing more is read', async () => {
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const socket = connect(port, '127.0.0.1');
  const answer = answerTo(socket);
  const read = await accepted;
  const [chunk, chunks] = ['1\r\n1\r\n', 100_000];
  let [parsed, ahead] = [0, 0];
  heard = () => {
    parsed += chunk.length;
    ahead = Math.max(ahead, read.bytesRead - parsed);
  };
  socket.end(`${HEAD}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(chunks)}0\r\n\r\n`);
  expect((await answer).endsWith(`\r\n${chunks}`)).toBe(true);
  expect(ahead).toBeLessThan(100_000); // one read has 64 KB
});
