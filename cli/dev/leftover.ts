/** What a stack leaves behind whose supervisor was killed: its Temporal, and for some seconds its gateways. */
import { setTimeout as pause } from 'node:timers/promises';
import { databaseOf } from '../engine/server';
import type { Say } from '../say';
import { runs } from './record';
import type { StackRecord } from './record';

/** How long a gateway may take to end by itself, milliseconds: it answers those who wait. */
const GATEWAY_MS = 12_000;
const LOOK_EVERY_MS = 50;

/**
 * Ends that Temporal, since two servers on one database file would damage it. Resolves when the ports are free again.
 *
 * @param killed - the record of a stack whose supervisor was killed, if there was one
 */
export async function endLeftovers(killed: StackRecord | undefined, dataDir: string, say: Say): Promise<void> {
  if (!killed) return;
  const { temporal, gateways } = killed;
  const isTemporal = (pid: number): boolean => runs(pid, databaseOf(dataDir));
  if (temporal.pid !== undefined && isTemporal(temporal.pid)) {
    say(`Ending the Temporal of an earlier run that was killed (process ${temporal.pid}).`);
    process.kill(temporal.pid, 'SIGKILL');
  }
  const left = (): boolean =>
    (temporal.pid !== undefined && isTemporal(temporal.pid)) || gateways.some(({ pid }) => runs(pid, 'gateway'));
  for (const deadline = Date.now() + GATEWAY_MS; left() && Date.now() < deadline;) await pause(LOOK_EVERY_MS);
}
