/** `ports.json`: the ports of a data directory. They stay the same from start to start, so that links and workers of one's own do. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { freePort, isFree } from '../engine/ports';
import type { Say } from '../say';

const Known = z.record(z.string(), z.int().min(1).max(65_535));

export interface Ports {
  /**
   * The port of `name`: its own, which is the first that it ever had. Where another program has that, the one that stood in for it at
   * the last start, or the first free one from `otherwise` on (0: any).
   */
  of(name: string, otherwise: number): Promise<number>;
  /** Gives `name` this very port. @throws Error when another program has it */
  fixed(name: string, port: number): Promise<number>;
}

/**
 * Reads the ports of the last start, and writes down those of this one as they are chosen.
 *
 * @param say - told when a port had to change
 */
export function createPorts(dataDir: string, say: Say): Ports {
  const file = join(dataDir, 'ports.json');
  const known = new Map(Object.entries(knownIn(file)));
  // They are not listened on yet, and so look free.
  const chosen = new Set<number>();
  const isOpen = async (port: number): Promise<boolean> => !chosen.has(port) && (await isFree(port));

  function choose(name: string, port: number): number {
    chosen.add(port);
    known.set(name, port);
    writeFileSync(file, `${JSON.stringify(Object.fromEntries(known), null, 2)}\n`);
    return port;
  }

  return {
    async of(name, otherwise) {
      const [own, standIn] = [known.get(name), known.get(standInOf(name))];
      if (own === undefined) return choose(name, await freePort(otherwise, chosen));
      if (await isOpen(own)) {
        known.delete(standInOf(name));
        if (standIn !== undefined)
          say(
            `${name} is at port ${own} again, which is free now. Links to ${standIn}, where it was meanwhile, are dead.`,
          );
        return choose(name, own);
      }
      const port = standIn !== undefined && (await isOpen(standIn)) ? standIn : await freePort(otherwise, chosen);
      say(
        `${name} is at port ${port} until ${own}, its own, is free at a start: another program has that now. Links to ${own} do not work meanwhile.`,
      );
      return choose(standInOf(name), port);
    },

    async fixed(name, port) {
      if (!(await isFree(port)))
        throw new Error(
          `Port ${port} is taken by another program. Set HOLDFAST_PORT (or gateway.port) to a free port, or to 0 for any.`,
        );
      return choose(name, port);
    },
  };
}

/** What the port that stands in for a name's own is called in the file. */
const standInOf = (name: string): string => `${name}, meanwhile`;

/** What the file says; nothing where there is none, or none that can be read. */
function knownIn(file: string): z.output<typeof Known> {
  try {
    return Known.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return {};
  }
}
