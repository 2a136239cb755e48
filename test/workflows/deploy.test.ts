/**
 * What a deploy of changed code does to a job that runs: with pinned jobs nothing, and without them nothing wrong. The ledger tells
 * which steps were taken.
 */
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { pino } from 'pino';
import type { TemporalServer } from '../../cli/engine/server';
import { CALLBACK_META } from '../../gateway/call/callback';
import { startGateway } from '../../gateway/gateway';
import type { Gateway } from '../../gateway/gateway';
import { changedBundle } from '../fixtures/bundle';
import { eventually } from '../fixtures/eventually';
import { newLedger } from '../fixtures/ledger';
import { ownTemporal } from '../fixtures/processes';
import { modern } from '../fixtures/raw';
import { configFor, run, startTestWorker, textOf } from '../fixtures/stack';
import { tools } from '../fixtures/workflows/tools';

let temporal: TemporalServer;
let gateway: Gateway;

beforeAll(async () => {
  temporal = await ownTemporal();
  gateway = await startGateway(
    configFor(temporal.address, {
      patienceMs: 0,
      cancelGraceMs: 500,
      webhooks: { allowedHosts: [new URL(CALLBACK).host] },
    }),
    tools,
    pino({ level: 'silent' }),
  );
});
afterAll(async () => {
  await gateway.stop();
  await temporal.stop();
});

const CALLBACK = 'http://127.0.0.1:9/';
const PLAN = 'PLAN a b ? c d';
const TAKEN = ['a', 'b', 'c', 'd'].flatMap((name) => [`begin ${name}`, `end ${name}`]);
const deploys = [
  ['inserts a step', 'PLAN a x b ? c d'],
  ['exchanges two steps', 'PLAN b a ? c d'],
  ['removes a step', 'PLAN b ? c d'],
  ['renames a step', 'PLAN a B ? c d'],
] as const;

async function call(name: string, args: Record<string, unknown>, _meta = {}): Promise<Record<string, unknown>> {
  const { message } = await modern(gateway.url, 'tools/call', { name, arguments: args, _meta });
  return message.result?.['structuredContent'] as Record<string, unknown>;
}

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'holdfast-code-'));
const worker = (bundle?: string, codeDir?: string, earlierVersionsMax = 10) =>
  startTestWorker({}, temporal.address, [], {
    ...(bundle && { bundle }),
    ...(codeDir && { codeDir }),
    earlierVersionsMax,
  });

/** Starts a job whose first two steps are taken, and whose question is open. */
type Halfway = Awaited<ReturnType<typeof halfway>>;
async function halfway() {
  const ledger = newLedger();
  const { job_id } = await call('plan', { ledger: ledger.path }, { [CALLBACK_META]: { url: CALLBACK } });
  await eventually('a question', async () => (await call('job_result', { job_id }))['status'] === 'input_required');
  return { ledger, job_id, answer: () => call('job_respond', { job_id, question: 'q1', action: 'accept' }) };
}

/** As many jobs that are halfway, and the worker that began them is gone. */
async function begun(count: number, codeDir?: string) {
  const before = await worker(undefined, codeDir);
  const jobs = await Promise.all(Array.from({ length: count }, halfway));
  await before.stop();
  return jobs;
}

/** What a job says that its code does not go on with. */
const troubleOf = (job_id: unknown) =>
  eventually('a word about the code', async () => {
    const told = await call('job_result', { job_id });
    return told['trouble'] !== undefined && told;
  });

/** The worker of another plan, which a job was answered under, and what the job says. */
async function deployed(plan: string, { ledger, job_id, answer }: Halfway) {
  const after = await worker(changedBundle(run().bundle, PLAN, plan));
  await answer();
  return { after, ledger, job_id, said: await troubleOf(job_id) };
}

/** The names of the steps that a job says it has taken. */
async function walked(job_id: unknown): Promise<unknown> {
  await eventually('an end', async () => (await call('job_result', { job_id }))['status'] === 'done');
  const { message } = await modern(gateway.url, 'tools/call', { name: 'job_wait', arguments: { job_ids: [job_id] } });
  return (JSON.parse(textOf(message.result)) as { walked: unknown }).walked;
}

describe('without pinned jobs', () => {
  let jobs: Halfway[];
  beforeAll(async () => {
    jobs = await begun(deploys.length + 1);
  });

  test('a job goes on as soon as the code that began it is back', async () => {
    const [job] = jobs.splice(0, 1) as [Halfway];
    const { after, ledger, job_id } = await deployed('PLAN a x b ? c d', job);
    await after.stop();
    const back = await worker();
    expect(await walked(job_id)).toEqual(['a', 'b', 'c', 'd']);
    expect(ledger.lines()).toEqual(TAKEN);
    await back.stop();
  });

  describe('after a deploy', () => {
    const states = new Map<string, Awaited<ReturnType<typeof deployed>>>();
    const stateAfter = (plan: string) => {
      const state = states.get(plan);
      if (!state) throw new Error(`There was no deploy of ${plan}.`);
      return state;
    };
    beforeAll(async () => {
      for (const [n, [, plan]] of deploys.entries()) {
        const [job] = jobs.splice(0, 1) as [Halfway];
        const state = await deployed(plan, job);
        states.set(plan, state);
        if (n < deploys.length - 1) await state.after.stop();
      }
    });
    afterAll(() => stateAfter(deploys[3][1]).after.stop());

    test.each(deploys)('that %s a job takes no wrong step, and says why it stands still', (_what, plan) => {
      const { said, ledger } = stateAfter(plan);
      expect(said).toMatchObject({
        status: 'running',
        trouble: expect.stringContaining('its code changed') as string,
      });
      expect(ledger.lines()).toEqual(TAKEN.slice(0, 4));
    });

    // Temporal waits 10 s for the decision of a worker that cannot make it.
    test.concurrent.each(deploys)(
      'that %s a job ends when it is cancelled, and is cancelled for every reader',
      async (_what, plan) => {
        const { job_id } = stateAfter(plan);
        await call('job_cancel', { job_id });
        await eventually('an end', async () => (await call('job_result', { job_id }))['status'] === 'cancelled');
        expect(await call('job_wait', { job_ids: [job_id] })).toMatchObject({ status: 'cancelled' });
        const listed = (await call('job_list', {}))['jobs'] as { job_id: unknown; status: unknown }[];
        expect(listed.find((job) => job.job_id === job_id)).toMatchObject({ status: 'cancelled' });
      },
    );

    test.each(deploys)('that %s a job tells its callback that it was cancelled', async (_what, plan) => {
      const connection = await Connection.connect({ address: temporal.address });
      const { workflow } = new Client({ connection });
      await eventually('a callback', async () => {
        for await (const { workflowId } of workflow.list({ query: `WorkflowType = 'deliverWebhook'` }))
          if (workflowId.endsWith(`/${String(stateAfter(plan).job_id)}/webhook`)) return true;
        return false;
      });
      await connection.close();
    });
  });
});

describe('with pinned jobs', () => {
  const kept = newFolder();
  let jobs: Halfway[];
  beforeAll(async () => {
    jobs = await begun(deploys.length + 1, kept);
  });

  /** The next of the jobs that are halfway, and a folder with the code that began it. */
  function next() {
    const [job] = jobs.splice(0, 1) as [Halfway];
    const codeDir = newFolder();
    cpSync(kept, codeDir, { recursive: true });
    return { ...job, codeDir };
  }

  test('one whose version is one more than a worker runs says that it waits for it, and goes on where it is run', async () => {
    const { job_id, answer, codeDir } = next();
    const bundle = changedBundle(run().bundle, PLAN, 'PLAN b ? c d');
    const without = await worker(bundle, codeDir, 0);
    await answer();
    expect(await troubleOf(job_id)).toMatchObject({
      trouble: expect.stringContaining('the code that began it') as string,
    });
    await without.stop();
    const after = await worker(bundle, codeDir, 1);
    expect(await walked(job_id)).toEqual(['a', 'b', 'c', 'd']);
    await after.stop();
  });

  test.each(deploys)(
    'a deploy that %s leaves a running job on its code, and new jobs get the new one',
    async (_what, plan) => {
      const { ledger, job_id, answer, codeDir } = next();
      const after = await worker(changedBundle(run().bundle, PLAN, plan), codeDir);
      await answer();
      expect(await walked(job_id)).toEqual(['a', 'b', 'c', 'd']);
      expect(ledger.lines()).toEqual(TAKEN);

      const later = await halfway();
      await later.answer();
      expect(await walked(later.job_id)).toEqual(plan.split(' ').filter((name) => name !== 'PLAN' && name !== '?'));
      await after.stop();
    },
  );
});
