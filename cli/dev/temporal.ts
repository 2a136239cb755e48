/** The stack's Temporal: one that runs already, or a dev server of our own that is kept alive on its database file. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Connection, isGrpcServiceError } from '@temporalio/client';
import { lock } from 'proper-lockfile';
import { SEARCH_ATTRIBUTES } from '../../workflows/contract';
import type { DevConfig } from '../config';
import { findTemporalCli } from '../engine/find';
import type { Say } from '../engine/find';
import { freePort } from '../engine/ports';
import { databaseOf, serving, startTemporal } from '../engine/server';
import { keep } from './keep';
import { runs } from './record';
import type { StackRecord } from './record';

const PORT = 7233;
const UI_PORT = 8233;
const PROBE_MS = 3_000;
/** INDEXED_VALUE_TYPE_KEYWORD, and the gRPC status of a name that is taken. */
const KEYWORD = 2;
const ALREADY_EXISTS = 6;

export interface StackTemporal {
  readonly address: string;
  /** The Web UI, where it is ours. */
  readonly ui: string | undefined;
  readonly pid: () => number | undefined;
  readonly stop: () => Promise<void>;
}

/**
 * Finds or starts Temporal and waits until it serves. `left` is what a supervisor that was killed had written down.
 *
 * @throws Error with one sentence that says what to do
 */
export async function temporalFor(
  { temporal: { address, namespace }, engine, dataDir }: DevConfig,
  left: StackRecord | undefined,
  say: Say,
  onChange: Say,
): Promise<StackTemporal> {
  if (address !== undefined) {
    if (!(await serving(address, namespace, PROBE_MS))) {
      throw new Error(
        `TEMPORAL_ADDRESS is ${address}, where no Temporal answers for namespace ${namespace}. Start it, correct the address, or unset TEMPORAL_ADDRESS to have one started here.`,
      );
    }
    await addSearchAttributes(address, namespace);
    say(`Temporal: ${address} (TEMPORAL_ADDRESS)`);
    return { address, ui: undefined, pid: () => undefined, stop: () => Promise.resolve() };
  }
  const cli = await findTemporalCli(engine, say);
  endOrphan(left, dataDir, say);
  const release = await turnToStart(engine.cacheDir);
  const [port, uiPort] = [await freePort(PORT), await freePort(UI_PORT)];
  const server = await keep('Temporal', () => startTemporal({ cli, dataDir, port, uiPort }), onChange).finally(release);
  return { address: server.now().address, ui: server.now().uiUrl, pid: () => server.now().pid, stop: server.stop };
}

/** Two stacks that start at once would find the same port free, and one would take the other's Temporal for its own. */
async function turnToStart(cacheDir: string): Promise<() => Promise<void>> {
  await mkdir(cacheDir, { recursive: true });
  const retries = { forever: true, minTimeout: 200, maxTimeout: 200 };
  return lock(join(cacheDir, 'starting'), { realpath: false, stale: 10_000, retries });
}

/** A server that was not started here does not know the search attributes that every job carries. */
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

/** Ends the server of a supervisor that was killed: two on one database file would harm it. */
function endOrphan(left: StackRecord | undefined, dataDir: string, say: Say): void {
  const pid = left?.temporal.pid;
  if (pid === undefined || !runs(pid, databaseOf(dataDir))) return;
  say(`Ending the Temporal of an earlier run that was killed (process ${pid}).`);
  process.kill(pid, 'SIGKILL');
}
