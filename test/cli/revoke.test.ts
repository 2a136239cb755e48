/** `holdfast revoke` ends what is one caller's, and nothing else. */
import { createHash, randomUUID } from 'node:crypto';
import { revoke } from '../../cli/revoke';
import type { TemporalConfig } from '../../config/temporal';
import type { Gateway } from '../../gateway/gateway';
import { createIds } from '../../gateway/ids';
import { createStore } from '../../gateway/jobs/connection';
import { wasToldToStop } from '../../gateway/jobs/status';
import type { JobId } from '../../workflows/contract';
import { eventually } from '../fixtures/eventually';
import { modern } from '../fixtures/raw';
import { configFor, dataOf, run, startTestGateway } from '../fixtures/stack';

const tenant = randomUUID().slice(0, 32);
const secrets = { alice: randomUUID(), bob: randomUUID() };
const keys = Object.entries(secrets).map(([subject, key]) => ({
  sha256: createHash('sha256').update(key).digest('hex'),
  tenant,
  subject,
}));
let gateway: Gateway;
beforeAll(async () => {
  gateway = await startTestGateway({ keys });
});
afterAll(() => gateway.stop());

const tool = async (key: string, name: string, args: object): Promise<Record<string, unknown>> => {
  const answer = await modern(gateway.url, 'tools/call', { name, arguments: args }, { authorization: `Bearer ${key}` });
  return dataOf(answer.message.result);
};
/** A schedule and a job that is put off, of each caller; and the states of both. */
const put = (key: string) =>
  Promise.all(
    [{ every: '1 day' }, { run_at: new Date(Date.now() + 3_600_000).toISOString() }].map((when) =>
      tool(key, 'job_schedule', { tool: 'echo', arguments: { text: 'later' }, ...when }),
    ),
  );
async function listOf(key: string): Promise<{ schedules: number; jobs: number }> {
  const { schedules = [], jobs } = (await tool(key, 'job_list', { running: true })) as {
    schedules?: unknown[];
    jobs: unknown[];
  };
  return { schedules: schedules.length, jobs: jobs.length };
}

/** Whether the one job of a subject was told to stop. */
async function isToldToStop(temporal: TemporalConfig, subject: string): Promise<boolean> {
  const store = createStore(temporal);
  const { jobs } = (await tool(secrets[subject as keyof typeof secrets], 'job_list', {})) as {
    jobs: { job_id: JobId }[];
  };
  const [{ job_id: id } = { job_id: '' as JobId }] = jobs;
  const ref = createIds(configFor(run().address).secret).refOf({ tenant, subject }, id);
  const { raw } = await store.askOf(ref, (handle) => handle.describe());
  await store.close();
  return wasToldToStop(raw);
}

test('the schedules of a caller end, the jobs where that is wished, and those of others go on', async () => {
  await Promise.all([put(secrets.alice), put(secrets.bob)]);
  const both = { schedules: 1, jobs: 1 };
  for (const key of Object.values(secrets))
    await eventually('a schedule and a job', async () => {
      const { schedules, jobs } = await listOf(key);
      return schedules === 1 && jobs === 1;
    });
  const temporal = {
    ...configFor(run().address).temporal,
    connectionOptions: { address: run().address },
    namespace: 'default',
  };
  const alice = { tenant, subject: 'alice' };
  expect(await revoke(temporal, alice, false)).toEqual(both);
  await eventually('no schedule', async () => (await listOf(secrets.alice)).schedules === 0);
  expect(await listOf(secrets.alice)).toEqual({ schedules: 0, jobs: 1 });
  expect(await revoke(temporal, alice, true)).toEqual({ schedules: 0, jobs: 1 });
  const told = await Promise.all(['alice', 'bob'].map((subject) => isToldToStop(temporal, subject)));
  expect(told).toEqual([true, false]);
  expect(await listOf(secrets.bob)).toEqual(both);
}, 60_000);
