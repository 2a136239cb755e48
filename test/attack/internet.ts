/** An internet on this machine: no socket that others choose the address of leaves it. Where each would have gone is kept. */
import { once } from 'node:events';
import { Socket, createServer, isIP } from 'node:net';
import type { AddressInfo, LookupFunction, Server } from 'node:net';

export interface Internet {
  /** A port of 127.0.0.1 and of ::1. */
  readonly port: number;
  /** How many have connected to it. */
  readonly knocks: () => number;
  /** The addresses that sockets were given for names, and those that were told to them and are not of this machine. */
  readonly given: readonly string[];
}

const OWN = /^(127\.|::1$)/;

/** Runs with it. */
export async function onInternet<T>(run: (internet: Internet) => Promise<T>): Promise<T> {
  let knocks = 0;
  const doors: Server[] = [];
  const open = async (host: string, at: number): Promise<number> => {
    const door = createServer((socket) => {
      knocks += 1;
      socket.on('error', () => undefined).destroy();
    });
    doors.push(door);
    await once(door.listen(at, host), 'listening');
    return (door.address() as AddressInfo).port;
  };
  const port = await open('127.0.0.1', 0);
  await open('::1', port);
  const given: string[] = [];
  const giveBack = divert(given);
  try {
    return await run({ port, knocks: () => knocks, given });
  } finally {
    giveBack();
    for (const door of doors) door.close();
  }
}

type Connect = (this: Socket, ...args: unknown[]) => Socket;

interface Aim {
  host?: string;
  lookup?: LookupFunction;
}

/** Leads every socket that would ask us for addresses to 127.0.0.1, and writes down where it would have gone. Returns what ends that. */
function divert(given: string[]): () => void {
  const prototype = Socket.prototype as { connect: Connect };
  const { connect } = prototype;
  prototype.connect = function (...args) {
    // net.connect hands on its arguments in an array.
    const [aim] = (Array.isArray(args[0]) ? args[0] : args) as [Aim | undefined];
    const { host = '', lookup } = aim ?? {};
    if (aim && lookup) {
      if (isIP(host) > 0 && !OWN.test(host)) {
        given.push(host);
        aim.host = '127.0.0.1';
      }
      aim.lookup = (name, how, done) =>
        lookup(name, how, (error, found, family) => {
          if (error) return done(error, found, family);
          given.push(...(Array.isArray(found) ? found.map(({ address }) => address) : [found]));
          return done(null, [{ address: '127.0.0.1', family: 4 }]);
        });
    }
    return connect.apply(this, args);
  };
  return () => (prototype.connect = connect);
}
