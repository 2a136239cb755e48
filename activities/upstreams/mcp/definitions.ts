/** The definitions of a server's tools at the time of a call. */
import type { Given } from '../../../workflows/upstream-contract';
import { digestOf } from '../digest';
import type { Connection } from './connection';
import { listTools } from './list';
import type { ListLimits } from './list';

/** For how long they are taken as they were, milliseconds: a server that says nothing of changes is asked again. */
const FRESH_MS = 60_000;

export interface Definition {
  readonly definition: Given;
  readonly digest: string;
}

export interface Definitions {
  /** @param now - ask the server, whatever is known: somebody has approved a definition */
  of(tool: string, connection: Connection, now: boolean, signal: AbortSignal): Promise<Definition | undefined>;
  /** What is known no longer counts. */
  forget(): void;
}

export function createDefinitions(limits: ListLimits): Definitions {
  let known: ReadonlyMap<string, Definition> | undefined;
  let until = 0;
  /** Numbers the states of what is known: a list that was asked for before a change is not kept. */
  let age = 0;

  async function ask(connection: Connection, signal: AbortSignal): Promise<ReadonlyMap<string, Definition>> {
    const begun = age;
    const { entries, ttlMs } = await listTools(connection, limits, signal);
    const found = new Map(
      entries.map((definition) => [String(definition['name']), { definition, digest: digestOf(definition) }]),
    );
    if (begun === age) [known, until] = [found, Date.now() + Math.min(ttlMs ?? FRESH_MS, FRESH_MS)];
    return found;
  }

  return {
    async of(tool, connection, now, signal) {
      const usable = !now && Date.now() < until ? known?.get(tool) : undefined;
      return usable ?? (await ask(connection, signal)).get(tool);
    },
    forget() {
      known = undefined;
      age += 1;
    },
  };
}
