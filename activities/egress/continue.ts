/** A reply that only says that another follows. */
import type { Socket } from 'node:net';

const CONTINUE = 'HTTP/1.1 100';
const EARLY_HINTS = 'HTTP/1.1 103';

/**
 * Makes undici pass over a `100 Continue` at the start of a connection. It takes one for a failure, because it never asks
 * for any; but some hosts send it unasked, and HTTP lets a client ignore it (RFC 9110, 15.2.1). undici does ignore
 * `103 Early Hints`, so the reply is given that number.
 *
 * @param socket - a connection that nobody has read from
 */
export function ignoreContinue(socket: Socket): void {
  socket.once('readable', () => {
    const bytes: unknown = socket.read();
    if (!Buffer.isBuffer(bytes)) return;
    if (bytes.toString('latin1', 0, CONTINUE.length) === CONTINUE) bytes.write(EARLY_HINTS, 'latin1');
    socket.unshift(bytes);
  });
}
