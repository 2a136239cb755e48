/** A TCP proxy that can cut a connection after a request went through it, before anything of the answer comes back. */
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';

export interface Cutting {
  readonly url: string;
  /** The next connection on which these words are sent is cut behind them. Resolves when it is. */
  readonly cutAfter: (words: string) => Promise<void>;
  readonly stop: () => void;
}

/** How long what was sent has to arrive before the connection is cut, milliseconds. */
const ARRIVES_MS = 300;

export async function startCutting(target: string): Promise<Cutting> {
  const { port, hostname, pathname } = new URL(target);
  let armed: { readonly words: string; readonly done: () => void } | undefined;
  const server = createServer((from) => {
    const to = connect(Number(port), hostname);
    let cut = false;
    for (const socket of [from, to]) socket.on('error', () => undefined);
    from.on('data', (sent) => {
      to.write(sent);
      if (!armed || !sent.toString('latin1').includes(armed.words)) return;
      const { done } = armed;
      armed = undefined;
      cut = true;
      setTimeout(() => {
        from.resetAndDestroy();
        to.resetAndDestroy();
        done();
      }, ARRIVES_MS);
    });
    to.on('data', (answered) => {
      if (!cut) from.write(answered);
    });
    from.on('close', () => to.destroy());
    to.on('close', () => from.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    cutAfter: (words) => new Promise((done) => (armed = { words, done })),
    stop: () => void server.close(),
  };
}
