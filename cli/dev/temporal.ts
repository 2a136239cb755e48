/** The stack's Temporal: one that runs already, or our own dev server, which is kept alive. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Connection, isGrpcServiceError } from '@temporalio/client';
import { lock } from 'proper-lockfile';
import { SEARCH_ATTRIBUTES } from '../../workflows/contract';
import type { DevConfig } from '../config';
import { findTemporalCli } from '../engine/find';
import { isServing, startTemporal } from '../engine/server';
import type { Say } from '../say';
import { keep } from './keep';
import type { Ports } from './ports';

const PORT = 7233;
const UI_PORT = 8233;
const PROBE_MS = 3_000;
/** Temporal's INDEXED_VALUE_TYPE_KEYWORD. */
const KEYWORD = 2;
/** The gRPC status when a search attribute exists already. */
const ALREADY_EXISTS = 6;

export interface StackTemporal {
  readonly address: string;
  /** Address of the Web UI; undefined when the server is not our own. */
  readonly ui: string | undefined;
  /** Process id of the server; undefined when it is not our own. */
  readonly pid: () => number | undefined;
  readonly stop: () => Promise<void>;
}

/**
 * Finds or starts Temporal and waits until it answers.
 *
 * @param ports - chooses those of our own server
 * @param onChange - told when our own server dies and when it is replaced
 * @throws Error with one sentence that says what to do
 */
export async function findOrStartTemporal(
  { temporal: { address, namespace }, engine, dataDir, inherited: { temporal: env } }: DevConfig,
  ports: Ports,
  say: Say,
  onChange: Say,
): Promise<StackTemporal> {
  if (address !== undefined) {
    if (!(await isServing(address, namespace, PROBE_MS))) {
      throw new Error(
        `TEMPORAL_ADDRESS is ${address}, where no Temporal answers for namespace ${namespace}. Start it, correct the address, or unset TEMPORAL_ADDRESS to have one started here.`,
      );
    }
    await addSearchAttributes(address, namespace);
    say(`Temporal: ${address} (TEMPORAL_ADDRESS)`);
    return { address, ui: undefined, pid: () => undefined, stop: () => Promise.resolve() };
  }
  const cli = await findTemporalCli(engine, say);
  const release = await turnToStart(engine.cacheDir);
  const [port, uiPort] = [await ports.of('Temporal', PORT), await ports.of('The Web UI', UI_PORT)];
  const server = await keep('Temporal', () => startTemporal({ cli, dataDir, env, port, uiPort }), onChange).finally(
    release,
  );
  return { address: server.now().address, ui: server.now().uiUrl, pid: () => server.now().pid, stop: server.stop };
}

/**
 * Waits until no other stack is starting. Two at once would find the same port free, and one would take the other's Temporal for
 * its own.
 */
async function turnToStart(cacheDir: string): Promise<() => Promise<void>> {
  await mkdir(cacheDir, { recursive: true });
  const retries = { forever: true, minTimeout: 200, maxTimeout: 200 };
  return lock(join(cacheDir, 'starting'), { realpath: false, stale: 10_000, retries });
}

/** Adds the search attributes that every job carries: a server that was not started here does not have them. */
async function addSearchAttributes(address: string, namespace: string): Promise<void> {
  const connection = Connection.lazy({ address });
  try {
    const searchAttributes = Object.fromEntries(Object.values(SEARCH_ATTRIBUTES).map((name) => [name, KEYWORD]));
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  } catch (error) {
    if (!isGrpcServiceError(error) || error.code !== ALREADY_EXISTS) throw error;
  } finally {
    await connection.close();
  }
}
