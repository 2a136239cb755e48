/** What `holdfast doctor` finds in a deployment: a Temporal of its own, so that no other test's worker takes the job. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { msToTs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import { devConfig } from '../../cli/config';
import { doctor } from '../../cli/doctor';
import { deployment } from '../../cli/doctor/deployment';
import type { Finding } from '../../cli/doctor/finding';
import { workersOf } from '../../cli/doctor/workers';
import type { TemporalServer } from '../../cli/engine/server';
import type { Gateway } from '../../gateway/gateway';
import { upstreamsOf } from '../../cli/doctor/upstreams';
import type { ListingState } from '../../workflows/upstream-contract';
import type { Store } from '../../gateway/jobs/connection';
import { eventually } from '../fixtures/eventually';
import { ownTemporal } from '../fixtures/processes';
import { modern } from '../fixtures/raw';
import { configFor, dataOf, newTenant, startTestGateway, startTestWorker } from '../fixtures/stack';

const linesOf = (findings: readonly Finding[]): string[] => findings.map(({ is, what }) => `${is}: ${what}`);

describe('a deployment', () => {
  let server: TemporalServer;
  let gateway: Gateway;
  beforeAll(async () => {
    server = await ownTemporal();
    gateway = await startTestGateway({ temporal: configFor(server.address).temporal });
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(async () => {
    await gateway.stop();
    await server.stop();
  });

  const examined = async (): Promise<string[]> =>
    linesOf(
      await deployment({ connectionOptions: { address: server.address }, namespace: 'default' }, ['browsers'], []),
    );

  test('without a worker has an ill queue and a stuck job; with one, all is told as well', async () => {
    const call = { name: 'echo', arguments: { text: 'hello' } };
    const { message } = await modern(gateway.url, 'tools/call', call, { 'holdfast-patience': '0.2' });
    const id = String(dataOf(message.result)['job_id']);
    // As long after the call as a step may wait before its job counts as stuck.
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => new Date().getTime() + 6_000);
    const ill = await eventually('the job is told as stuck', async () => {
      const lines = await examined();
      return lines.some((line) => line.includes('1 are stuck')) ? lines : undefined;
    });
    clock.mockRestore();
    expect(ill).toEqual([
      `well: Temporal at ${server.address} serves namespace default, its store and the search attributes`,
      'ill: No worker polls the queue holdfast: jobs wait',
      expect.stringMatching(/^ill: Queue holdfast, decisions: no worker polls it/),
      'ill: Queue holdfast, steps: no worker polls it',
      'ill: Queue holdfast.webhooks, steps: no worker polls it',
      'ill: Queue holdfast.browsers, steps: no worker polls it',
      'ill: 1 jobs run; 1 are stuck',
      expect.stringMatching(
        new RegExp(`^ill: Job .*${id}: no worker takes its next decision from the queue holdfast$`),
      ),
    ]);

    const worker = await startTestWorker({}, server.address);
    const well = await eventually('the job has ended', async () => {
      const lines = await examined();
      return lines.includes('well: 0 jobs run; none is stuck') ? lines : undefined;
    });
    expect(well).toContainEqual(expect.stringMatching(/^well: Worker \S+: last heard of \d+ s ago$/));
    expect(well).toContain('well: Queue holdfast, steps: nothing waits');
    expect(well).toContain('ill: Queue holdfast.browsers, steps: no worker polls it');
    await worker.stop();
  });

  test('an API key is tried at the gateway, whose path may be left out', async () => {
    const tenant = newTenant();
    const keyed = await startTestGateway({ temporal: configFor(server.address).temporal, keys: tenant.keys });
    const printed = jest.spyOn(console, 'log').mockImplementation();
    const env = {
      HOLDFAST_DATA_DIR: mkdtempSync(join(tmpdir(), 'holdfast-doctor-')),
      TEMPORAL_ADDRESS: server.address,
    };
    const told = async (apiKey: string): Promise<string> => {
      printed.mockClear();
      const url = new URL('/', keyed.url).href;
      await doctor(devConfig(env), env, { url, apiKey, cacheDir: env.HOLDFAST_DATA_DIR });
      return printed.mock.calls.flat().join('\n');
    };
    expect(await told(tenant.headers.authorization.replace('Bearer ', ''))).toContain(
      `✓ Gateway ${keyed.url}: ready. It takes the API key`,
    );
    expect(await told('wrong')).toContain(`✗ The gateway at ${keyed.url} does not know this API key`);
    await keyed.stop();
  });
});

test('a Temporal that is not there is one finding', async () => {
  const nowhere = { connectionOptions: { address: '127.0.0.1:1' }, namespace: 'default' };
  expect(linesOf(await deployment(nowhere, [], []))).toEqual([
    'ill: Nothing listens at 127.0.0.1:1, the connection was refused: start Temporal, or correct TEMPORAL_ADDRESS.',
  ]);
});

const { WORKER_STATUS_RUNNING, WORKER_STATUS_SHUTTING_DOWN } = temporal.api.enums.v1.WorkerStatus;

describe('workers', () => {
  /** A Temporal where workers were last heard of so many seconds ago; undefined: it keeps only their polls. */
  function heardOf(
    seconds: Record<string, number>,
    polled?: Record<string, number>,
    leaving: readonly string[] = [],
  ): Store {
    const at = (ago: number) => msToTs(Date.now() - ago * 1_000);
    const workersInfo = Object.entries(seconds).map(([workerIdentity, ago]) => ({
      workerHeartbeat: {
        workerIdentity,
        taskQueue: 'holdfast',
        status: leaving.includes(workerIdentity) ? WORKER_STATUS_SHUTTING_DOWN : WORKER_STATUS_RUNNING,
        heartbeatTime: at(ago),
        deploymentVersion: { deploymentName: 'holdfast', buildId: 'abc' },
      },
    }));
    const pollers = Object.entries(polled ?? {}).map(([identity, ago]) => ({ identity, lastAccessTime: at(ago) }));
    const workflowService = {
      listWorkers: () => Promise.resolve({ workersInfo }),
      describeTaskQueue: () => Promise.resolve({ pollers }),
      describeWorkerDeployment: () => Promise.reject(new Error('None.')),
    };
    return {
      ask: (run: () => unknown) => run(),
      connection: { workflowService },
      namespace: 'default',
    } as unknown as Store;
  }

  test('that are all frozen are ill, though Temporal still counts their polls', async () => {
    const frozen = heardOf({ '1@a': 50, '2@b': 51 }, { '1@a': 50, '2@b': 51 });
    expect((await workersOf(frozen)).map(({ is }) => is)).toEqual(['ill', 'ill']);
  });

  test('of which one is silent and another runs are a doubt; one that is long gone is not told', async () => {
    expect(linesOf(await workersOf(heardOf({ '1@a': 3, '2@b': 50, '3@c': 7_200 })))).toEqual([
      expect.stringMatching(/^well: Worker 1@a, code abc: last heard of [34] s ago$/),
      expect.stringMatching(/^doubt: Worker 2@b, code abc: last heard of 5[01] s ago$/),
    ]);
  });

  test('that were replaced are told while they end, and no more when they have', async () => {
    const polled = { '2@b': 8, '3@c': 50 };
    expect(linesOf(await workersOf(heardOf({ '1@a': 3, '2@b': 8, '3@c': 50 }, polled, ['2@b', '3@c'])))).toEqual([
      expect.stringMatching(/^well: Worker 1@a, code abc: last heard of [34] s ago$/),
      expect.stringMatching(/^well: Worker 2@b, code abc: last heard of [89] s ago; it takes no more work, and ends/),
    ]);
  });

  test('that all leave or have left are told as none, though Temporal still counts their polls', async () => {
    const left = heardOf({ '1@a': 50, '2@b': 3 }, { '1@a': 50, '2@b': 3 }, ['1@a', '2@b']);
    expect(linesOf(await workersOf(left))).toEqual([
      'ill: No worker polls the queue holdfast: jobs wait',
      expect.stringMatching(/^well: Worker 2@b/),
    ]);
  });

  test('of which only polls are known are in doubt when silent, since a poll lasts a minute', async () => {
    expect((await workersOf(heardOf({}, { '1@a': 50 }))).map(({ is }) => is)).toEqual(['doubt']);
  });
});

test.each<[ListingState | undefined, string]>([
  [undefined, 'doubt: Upstream github has not been listed yet'],
  [{ state: 'connected', since: '', tools: 3, ttlMs: 1 }, 'well: Upstream github: connected, 3 tools'],
  [{ state: 'failed', since: '', tools: 3, ttlMs: 1, why: 'It is away.' }, 'ill: Upstream github failed: It is away.'],
])('an upstream that is %j is told as that', async (listing, line) => {
  const describe = () =>
    Promise.resolve({ runId: 'r', status: { name: 'RUNNING' }, memo: listing ? { listing } : undefined });
  const store = {
    ask: <R>(run: () => Promise<R>) => run(),
    client: { workflow: { getHandle: () => ({ describe }) } },
  } as unknown as Store;
  expect(linesOf(await upstreamsOf(store, ['github']))).toEqual([line]);
});
