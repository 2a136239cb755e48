/**
 * What connections may cost: one request at a time on each, an end for clients that take nothing, and only so many from one address
 * that ask nothing. When there are too many, those go that have been silent longest: nobody is locked out by connections that wait.
 */
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A client that takes nothing of what it is sent for this long is given up; its job goes on. */
export const STALL_MS = 30_000;
const SWEEP_MS = 5_000;
/** How long a client that connects has to ask, milliseconds: of many that come at once, none has asked yet. */
const NEW_MS = 1_000;
/** What may be on its way to a client that already asks for more, bytes: one piece of an answer, and its frame. */
const UNREAD_MAX = 128 * 1024;

export interface ConnectionBounds {
  /** Connections in all. */
  readonly most: number;
  /** Connections of one address on which nothing is asked. */
  readonly silentPerAddress: number;
  /** Whether an address is a proxy's, which speaks for many. */
  readonly isProxy: (address: string) => boolean;
}

/** Takes a request. False, and its connection ends, where the request before has no answer yet, or one that is not read. */
export type TakeRequest = (request: IncomingMessage, response: ServerResponse) => boolean;

export function boundConnections(server: HttpServer, bounds: ConnectionBounds): TakeRequest {
  const { most, silentPerAddress, isProxy } = bounds;
  /** What was still to be sent, and since when none of it was taken. */
  const open = new Map<Socket, { left: number; since: number }>();
  const answers = new WeakMap<Socket, ServerResponse>();
  /** By address, the longest silent first. */
  const silent = new Map<string, Set<Socket>>();

  const speak = (socket: Socket, address: string): void => {
    const sockets = silent.get(address);
    sockets?.delete(socket);
    if (sockets?.size === 0) silent.delete(address);
  };
  const fallSilent = (socket: Socket, address: string): void => {
    const sockets = (silent.get(address) ?? new Set()).add(socket);
    silent.set(address, sockets);
    const isOver = (): boolean => sockets.size > silentPerAddress && !isProxy(address);
    if (open.size >= most) endOldest([...silent.values()].reduce((a, b) => (b.size > a.size ? b : a)));
    else if (isOver()) setTimeout(() => isOver() && endOldest(sockets), NEW_MS).unref();
  };

  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    open.set(socket, { left: 0, since: 0 });
    fallSilent(socket, address);
    socket.once('close', () => {
      open.delete(socket);
      speak(socket, address);
    });
  });

  // A process that stood still hears first that its connections were silent for too long, and only then what was said on them meanwhile.
  server.on('timeout', (socket: Socket) => {
    const { bytesRead } = socket;
    setImmediate(() => {
      if (socket.bytesRead === bytesRead) socket.destroy();
    });
  });

  const sweep = setInterval(() => {
    const now = performance.now();
    for (const [socket, seen] of open) {
      const left = socket.writableLength;
      if (left === 0 || left !== seen.left) Object.assign(seen, { left, since: now });
      else if (now - seen.since >= STALL_MS) socket.destroy();
    }
  }, SWEEP_MS);
  sweep.unref();
  server.once('close', () => clearInterval(sweep));

  return ({ socket }, response) => {
    if (answers.get(socket)?.writableEnded === false || socket.writableLength > UNREAD_MAX) {
      socket.destroy();
      return false;
    }
    const address = socket.remoteAddress ?? '';
    answers.set(socket, response);
    speak(socket, address);
    response.once('close', () => {
      const isLast = answers.get(socket) === response; // the next request may be read before the last of this answer is written
      if (isLast && !socket.destroyed) fallSilent(socket, address);
    });
    return true;
  };
}

function endOldest(sockets: Set<Socket>): void {
  const [oldest] = sockets;
  if (!oldest) return;
  sockets.delete(oldest);
  oldest.destroy();
}
