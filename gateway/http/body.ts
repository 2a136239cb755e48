/** Reads and bounds a request body: a hostile one costs a refusal, and holds nobody else up. */
import type { IncomingMessage } from 'node:http';
import type { GatewayConfig } from '../config';
import pLimit from 'p-limit';
import type { Limit } from 'p-limit';
import { Problem } from '../errors';
import { limitBrokenIn } from './shape';

const UTF8 = new TextDecoder('utf-8', { fatal: true });
/** In how many pieces a body may come. An honest one comes in pieces of a kilobyte and more; each costs, however small. */
const PIECES_MAX = 4_000;
/** A body over this many bytes is understood in a turn of the event loop of its own. */
const LARGE_BYTES = 65_536;
/** How many large bodies of one tenant are read at one time. The others wait, unread, behind them, and not behind those of others. */
const LARGE_AT_ONCE = 8;

const NOTHING: Buffer = Buffer.alloc(0);

/** A body as it was sent, and what it says. */
export interface Body {
  readonly text: string;
  readonly value: unknown;
}

/**
 * Reads a JSON body, and hands it over. It is handed to a function, and not returned: what a promise that is old holds stays until
 * all memory is collected, and not only what is young.
 *
 * @throws Problem `too_large` over `limits.bytes`, `in_pieces` when it comes in thousands of pieces, `malformed` when it breaks
 *   another limit, `not_json` when it is not JSON in UTF-8
 * @throws Error when the client hangs up in mid-sentence
 */
export type ReadBody = (request: IncomingMessage, tenant: string, take: (body: Body) => void) => Promise<void>;

export function createReadBody(limits: GatewayConfig['limits']): ReadBody {
  const oneByOne = createOneByOne();
  const ownPlace = createPlaces();
  const buffers = createBuffers(limits.bytes);
  const readWhole = async (request: IncomingMessage, take: (body: Body) => void): Promise<void> => {
    const buffer = await readBytes(request, limits.bytes, buffers);
    if (buffer.size > LARGE_BYTES) await oneByOne();
    take(understand(buffer));
  };
  const understand = ({ bytes: whole, size }: Read): Body => {
    const bytes = whole.subarray(0, size);
    try {
      const broken = limitBrokenIn(bytes, limits);
      if (broken !== undefined) throw new Problem('malformed', { what: broken });
      const text = UTF8.decode(bytes);
      return { text, value: JSON.parse(text) as unknown };
    } catch (error) {
      throw error instanceof Problem ? error : new Problem('not_json');
    } finally {
      buffers.giveBack(whole);
    }
  };
  return (request, tenant, take) => {
    const announced = Number(request.headers['content-length'] ?? 0);
    return announced > LARGE_BYTES ? ownPlace(tenant, () => readWhole(request, take)) : readWhole(request, take);
  };
}

/** One after the other, with a turn of the event loop for everybody else between them. */
function createOneByOne(): () => Promise<void> {
  let last = Promise.resolve();
  return () => (last = last.then(() => new Promise((resolve) => setImmediate(resolve))));
}

/** So many at a time for each tenant. */
function createPlaces() {
  const limits = new Map<string, Limit>();
  return async <R>(tenant: string, read: () => Promise<R>): Promise<R> => {
    const limit = limits.get(tenant) ?? pLimit(LARGE_AT_ONCE);
    limits.set(tenant, limit);
    try {
      return await limit(read);
    } finally {
      if (limit.activeCount + limit.pendingCount === 0) limits.delete(tenant);
    }
  };
}

/** Buffers for the largest body, used again and again: left to the garbage, they would fill tens of megabytes before it is collected. */
interface Buffers {
  readonly take: () => Buffer;
  readonly giveBack: (buffer: Buffer) => void;
}

function createBuffers(bytes: number): Buffers {
  const spare: Buffer[] = [];
  return {
    take: () => spare.pop() ?? Buffer.allocUnsafeSlow(bytes),
    giveBack(buffer) {
      if (buffer.length === bytes && spare.length < LARGE_AT_ONCE) spare.push(buffer);
    },
  };
}

/** It is made once: each request closes in the end, and an error of its own would cost a stack each time. */
const HUNG_UP = new Error('The client hung up in mid-sentence.');

/** What was read. */
interface Read {
  /** It begins with the body. */
  readonly bytes: Buffer;
  readonly size: number;
}

/** By events: an iterator of the stream costs as much again as all the rest of the reading. */
function readBytes(request: IncomingMessage, limit: number, buffers: Buffers): Promise<Read> {
  return new Promise((resolve, reject) => {
    let bytes = NOTHING;
    let [size, pieces, over] = [0, 0, false];
    const refuse = (problem: Error): void => {
      if (over) return;
      over = true;
      buffers.giveBack(bytes);
      reject(problem);
    };
    request
      .on('data', (piece: Buffer) => {
        if (over) return;
        if ((pieces += 1) > PIECES_MAX) return refuse(new Problem('in_pieces'));
        if (size + piece.length > limit) return refuse(new Problem('too_large', { limit }));
        if (pieces === 1) bytes = piece;
        else {
          if (pieces === 2) {
            const first = bytes;
            first.copy((bytes = buffers.take()));
          }
          piece.copy(bytes, size);
        }
        size += piece.length;
      })
      .once('end', () => {
        if (!over) resolve({ bytes, size });
        over = true;
        bytes = NOTHING; // the listeners stay as long as the request
      })
      .once('error', refuse)
      .once('close', () => refuse(HUNG_UP));
    if (request.destroyed) refuse(HUNG_UP); // while it waited for its place: no event tells of that any more
    if (Number(request.headers['content-length'] ?? 0) > limit) refuse(new Problem('too_large', { limit }));
  });
}
