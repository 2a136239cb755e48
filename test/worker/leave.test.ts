/** A worker that leaves the line is handed nothing more, although it polls: what is handed out while it shuts down would be lost. */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { pino } from 'pino';
import type { TemporalServer } from '../../cli/engine/server';
import { leaveLine } from '../../worker/leave';
import { installRuntime } from '../../worker/runtime';
import { startWorker } from '../../worker/worker';
import type { RunningWorker } from '../../worker/worker';
import { TASK_QUEUE } from '../../workflows/contract';
import { activities } from '../fixtures/activities';
import { eventually } from '../fixtures/eventually';
import { ownTemporal } from '../fixtures/processes';
import { run } from '../fixtures/stack';

const JOBS = 20;
const namespace = 'default';

let temporal: TemporalServer;
let client: Client;
let native: NativeConnection;
let workers: RunningWorker[];

beforeAll(async () => {
  installRuntime(pino({ level: 'silent' }));
  temporal = await ownTemporal();
  const { address } = temporal;
  client = new Client({ connection: await Connection.connect({ address }) });
  native = await NativeConnection.connect({ address });
  const start = (): Promise<RunningWorker> =>
    startWorker(
      {
        temporal: { connectionOptions: { address }, namespace },
        concurrentSteps: 10,
        drainMs: 1_000,
        queues: [],
        codeDir: undefined,
      },
      { bundle: run().bundle, activities },
    );
  workers = await Promise.all([start(), start()]);
});
afterAll(async () => {
  for (const { stop } of workers) stop();
  await Promise.all(workers.map(({ done }) => done));
  await Promise.all([client.connection.close(), native.close()]);
  await temporal.stop();
});

test('from then on all decisions and steps are of others, in the same process too', async () => {
  const [leaving = '', staying] = workers.map(({ polls }) => polls.identity);
  expect(leaving).not.toBe(staying); // else both leave, and jobs stand still for half a minute
  await eventually('Temporal knows both workers', async () => {
    const { workersInfo } = await native.workflowService.listWorkers({ namespace });
    return new Set(workersInfo.map(({ workerHeartbeat }) => workerHeartbeat?.workerInstanceKey)).size === 2;
  });
  await leaveLine(native, namespace, leaving);
  const handles = await Promise.all(
    Array.from({ length: JOBS }, () =>
      client.workflow.start('singleStep', {
        taskQueue: TASK_QUEUE,
        workflowId: randomUUID(),
        args: [{ step: 'fill', input: { characters: 3 } }],
      }),
    ),
  );
  await Promise.all(handles.map((handle) => handle.result()));
  const histories = await Promise.all(handles.map((handle) => handle.fetchHistory()));
  const takenBy = histories.flatMap(({ events }) =>
    (events ?? []).flatMap((event) => {
      const taken = event.workflowTaskStartedEventAttributes ?? event.activityTaskStartedEventAttributes;
      return taken ? [taken.identity] : [];
    }),
  );
  expect(new Set(takenBy)).toEqual(new Set([staying]));
});
