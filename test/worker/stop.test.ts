/** How a worker stops that has a step under way. */
import { Client, Connection } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { newLedger } from '../fixtures/ledger';
import type { Ledger } from '../fixtures/ledger';
import { killAll, ownTemporal, workerProcess } from '../fixtures/processes';
import type { TestProcess } from '../fixtures/processes';
import type { TemporalServer } from '../../cli/engine/server';
import { TASK_QUEUE } from '../../workflows/contract';

let temporal: TemporalServer;
let client: Client;

beforeAll(async () => {
  temporal = await ownTemporal();
  client = new Client({ connection: await Connection.connect({ address: temporal.address }) });
});
afterEach(killAll);
afterAll(async () => {
  await client.connection.close();
  await temporal.stop();
});

/** A worker with a step that waits at its gate. */
async function busy(drainS: number): Promise<{ worker: TestProcess; ledger: Ledger }> {
  const ledger = newLedger();
  const worker = await workerProcess(temporal.address, { HOLDFAST_DRAIN: String(drainS) });
  const args = [{ step: 'take', input: { ledger: ledger.path, name: 'gated', fail: false } }];
  await client.workflow.start('singleStep', { taskQueue: TASK_QUEUE, workflowId: randomUUID(), args });
  await ledger.written('begin gated');
  return { worker, ledger };
}

test('its step has the time that is set, and is told to stop then', async () => {
  const { worker, ledger } = await busy(1);
  const toldAt = performance.now();
  const stopped = worker.stop();
  await ledger.written('abort gated');
  expect(performance.now() - toldAt).toBeGreaterThan(900);
  expect(performance.now() - toldAt).toBeLessThan(10_000);
  await stopped;
});

test('its supervisor may give the step less time than it began with', async () => {
  const { worker, ledger } = await busy(86_400);
  const stopped = worker.stop(1);
  await ledger.written('abort gated');
  expect(await stopped).toBe(0);
});

test('a second signal ends it at once, whatever its step does', async () => {
  const { worker, ledger } = await busy(3_600);
  const stopped = worker.stop();
  process.kill(worker.pid, 'SIGINT');
  expect(await stopped).toBe(130);
  expect(ledger.lines()).toEqual(['begin gated']);
});
