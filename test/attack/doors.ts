/** What 50 hostile clients do to the endpoint at once, by sockets of their own: each returns when the gateway has had it all, or has hung up. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** How many do it at one time. */
const CLIENTS = 50;
/** What a body may have at most, bytes. */
const LARGEST = 1_040_000;
/** An attack that the gateway bears patiently ends all the same. */
const LONGEST_MS = 20_000;

/** Does the attack; the number of attempts. */
export type Attack = (url: URL, key: string) => Promise<number>;

const head = (url: URL, key: string, more: string): string =>
  `POST /mcp HTTP/1.1\r\nHost: ${url.host}\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n` +
  `${key === '' ? '' : `Authorization: Bearer ${key}\r\n`}${more}\r\n`;

const request = (params: string): string => `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"a":${params}}}`;

/** Writes `pieces` as fast as the gateway takes them, `reads` what comes or not, and waits for the end of the connection. */
async function talk(url: URL, pieces: readonly (string | Buffer)[], reads = true): Promise<void> {
  const socket = connect(Number(url.port), url.hostname);
  const over = new Promise((resolve) => socket.on('error', resolve).on('close', resolve));
  const timer = setTimeout(() => socket.destroy(), LONGEST_MS);
  if (reads) socket.on('data', (answer) => answer.toString().startsWith('HTTP/1.1 ') && finish(socket, pieces.length));
  else socket.pause();
  for (const piece of pieces) {
    if (socket.destroyed) break;
    if (!socket.write(piece)) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), over]);
  }
  await over;
  clearTimeout(timer);
}

/** Whoever sends in one piece has its answer to the whole; others go on sending as long as they can. */
function finish(socket: Socket, pieces: number): void {
  if (pieces <= 2) socket.end();
}

/** Every client does the same. */
const all = async (url: URL, pieces: readonly (string | Buffer)[], reads = true): Promise<number> => {
  await Promise.all(Array.from({ length: CLIENTS }, () => talk(url, pieces, reads)));
  return CLIENTS;
};

const whole = (body: string) => (url: URL, key: string) =>
  all(url, [head(url, key, `Content-Length: ${Buffer.byteLength(body)}\r\n`), body]);

/** A million chunks of one byte. */
function chunks(): Buffer[] {
  const many = Buffer.from('1\r\n1\r\n'.repeat(10_000));
  return Array.from({ length: 100 }, () => many);
}

const pipelined = (url: URL, key: string): string => {
  const body = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
  return `${head(url, key, `MCP-Protocol-Version: 2025-11-25\r\nContent-Length: ${body.length}\r\n`)}${body}`.repeat(
    300,
  );
};

export const ATTACKS: Readonly<Record<string, Attack>> = {
  'one-byte chunks without a key': (url) => all(url, [head(url, '', 'Transfer-Encoding: chunked\r\n'), ...chunks()]),
  'one-byte chunks': (url, key) => all(url, [head(url, key, 'Transfer-Encoding: chunked\r\n'), ...chunks()]),
  'a list in a list, 500,000 deep': whole(request(`${'['.repeat(500_000)}${']'.repeat(500_000)}`)),
  'records in records': whole(request(`${'{"a":'.repeat(170_000)}1${'}'.repeat(170_000)}`)),
  records: whole(request(`[${'{"a":1},'.repeat(110_000)}0]`)),
  zeros: whole(request(`[${'0,'.repeat(500_000)}0]`)),
  'large strings': whole(request(JSON.stringify('\u00e4\ud83d\ude00'.repeat(LARGEST / 6)))),
  escapes: whole(request(`"${'\\u0041'.repeat(LARGEST / 6)}"`)),
  'digits in a number': whole(request('1'.repeat(LARGEST))),
  'numbers that do not fit': whole(request(`[${'12345678901234567,'.repeat(9_000)}0]`)),
  spaces: whole(request(`${' '.repeat(LARGEST)}1`)),
  'one name given many times': whole(request(`{${'"a":1,'.repeat(170_000)}"a":1}`)),
  'no JSON, and long': whole('x'.repeat(LARGEST)),
  '300 requests on a socket that is never read': (url, key) => all(url, [pipelined(url, key)], false),
};
