/**
 * Bytes of clients reach the parser of HTTP in portions, for so many milliseconds in a turn of the event loop. Node reads up to 64 KB
 * from each connection before anybody else has a turn: one is thousands of chunks of one byte, and fifty hold everybody up.
 */
import type { Server as HttpServer } from 'node:http';
import type { Socket } from 'node:net';

/** What is parsed without a look at the clock, bytes: 1,400 chunks of one byte at most. */
const PORTION = 8_192;
/** How long is parsed in one turn, milliseconds, and a portion. */
const TURN_MS = 5;

type Push = (bytes: unknown) => boolean;

/** What one connection has sent that is not parsed yet. The last may be null: the client has ended. */
interface Line {
  readonly portions: unknown[];
  readonly push: Push;
}

/** Has every connection of a server read so. */
export function readInPortions(server: HttpServer): void {
  /** Connections that wait, the one whose turn is next first. */
  const lines: Line[] = [];
  let spentMs = 0;
  let ending: NodeJS.Immediate | undefined;

  /** Hands one portion to the parser. */
  const parse = (push: Push, portion: unknown): boolean => {
    ending ??= setImmediate(nextTurn);
    const began = performance.now();
    try {
      return push(portion);
    } finally {
      spentMs += performance.now() - began;
    }
  };
  const nextTurn = (): void => {
    [spentMs, ending] = [0, undefined];
    while (spentMs < TURN_MS) {
      const line = lines.shift();
      if (!line) return;
      const [portion] = line.portions.splice(0, 1);
      if (portion === undefined) continue; // its connection has closed
      if (line.portions.length > 0) lines.push(line);
      parse(line.push, portion);
    }
  };

  server.on('connection', (socket: Socket) => {
    const push: Push = socket.push.bind(socket);
    const read = socket._read.bind(socket);
    const line: Line = { portions: [], push };
    // While something waits, nothing more is read: a push that returns false stops Node, and a read begins it again.
    socket._read = (size) => {
      if (line.portions.length === 0) read(size);
    };
    socket.push = (bytes: unknown): boolean => {
      const waits = line.portions.length > 0;
      if (!waits && spentMs < TURN_MS && !isLong(bytes)) return parse(push, bytes);
      line.portions.push(...portionsOf(bytes));
      if (!waits) lines.push(line);
      ending ??= setImmediate(nextTurn);
      return false;
    };
    socket.once('close', () => line.portions.splice(0));
    socket.on('data', () => undefined); // without a listener the parser takes bytes from the system past all this
  });
}

const isLong = (bytes: unknown): boolean => Buffer.isBuffer(bytes) && bytes.length > PORTION;

function portionsOf(bytes: unknown): unknown[] {
  if (!Buffer.isBuffer(bytes)) return [bytes];
  return Array.from({ length: Math.ceil(bytes.length / PORTION) }, (_, nth) =>
    bytes.subarray(nth * PORTION, (nth + 1) * PORTION),
  );
}
