/** What an operator reads of a gateway: its log and its metrics, with canaries in everything that is not theirs to read. */
import { createHash, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { Client, Connection } from '@temporalio/client';
import { createLog } from '../../config/log';
import { startGateway } from '../../gateway/gateway';
import type { Gateway } from '../../gateway/gateway';
import { createIds } from '../../gateway/ids';
import { freePort } from '../../cli/engine/ports';
import { outOfBudget } from '../fixtures/budget';
import { modern } from '../fixtures/raw';
import { configFor, run, startTestWorker } from '../fixtures/stack';
import type { TestWorker } from '../fixtures/stack';
import { tools } from '../fixtures/workflows/tools';
import { MEMO_JOB } from '../../workflows/contract';
import type { JobId, JobMemo } from '../../workflows/contract';

const CANARY = `canary${randomUUID().replaceAll('-', '')}`;
const key = `${CANARY}-key`;
const secret = `${CANARY}-secret-of-32-characters`;
const headers = { authorization: `Bearer ${key}` };
const tenant = randomUUID().slice(0, 32);
const lines: string[] = [];
let gateway: Gateway;
let worker: TestWorker;
let port: number;

beforeAll(async () => {
  port = await freePort(0);
  const keys = [{ sha256: createHash('sha256').update(key).digest('hex'), tenant, subject: 'ann' }];
  const config = configFor(run().address, {
    keys,
    secret,
    metrics: { host: '127.0.0.1', port },
  });
  gateway = await startGateway(
    config,
    tools,
    createLog('holdfast-gateway', 'debug', { write: (line) => void lines.push(line) }),
  );
  worker = await startTestWorker();
});
afterAll(async () => {
  await gateway.stop();
  await worker.stop();
});

const told = (msg: string): Record<string, unknown>[] =>
  lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line['msg'] === msg);
const call = (name: string, args: object, more: Record<string, string> = {}) =>
  modern(gateway.url, 'tools/call', { name, arguments: args }, { ...headers, ...more });
const scraped = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();

test('each call and each refusal has a line, and none of them holds what a caller sent or got', async () => {
  await call('echo', { text: CANARY }, { 'idempotency-key': `${CANARY}-idempotent`, 'x-request-id': 'from-a-proxy' });
  await call('walk', { ledger: `/no/${CANARY}`, steps: [CANARY] });
  await call('echo', { wrong: CANARY });
  await call(CANARY, {});
  await call('job_wait', { job_ids: [CANARY] });
  await modern(gateway.url, 'tools/call', { name: 'echo', arguments: {} }, { authorization: `Bearer wrong-${CANARY}` });
  await fetch(gateway.url.replace('/mcp', `/${CANARY}`));

  expect(told('call')).toEqual([
    expect.objectContaining({
      tenant,
      subject: 'ann',
      tool: 'echo',
      decision: 'accepted',
      outcome: 'done',
      job: expect.stringMatching(/^job_/),
      args: expect.stringMatching(/^[0-9a-f]{16}$/),
      request: 'from-a-proxy',
    }),
    expect.objectContaining({ tool: 'walk', decision: 'accepted', outcome: 'failed' }),
    expect.objectContaining({ tool: 'echo', decision: 'refused', refused: 'invalid_input' }),
    expect.objectContaining({ tool: 'unknown', decision: 'refused' }),
    expect.objectContaining({ tool: 'job_wait', decision: 'refused', refused: 'invalid_input' }),
  ]);
  expect(told('refused')).toEqual([
    expect.objectContaining({ refused: 'no_key', status: 401, from: '127.0.0.1' }),
    expect.objectContaining({ refused: 'http 404' }),
  ]);
  expect(lines.join('')).not.toContain(CANARY);
});

test('metrics tell of calls by tool and outcome, of refusals, of waits and of queues, and nothing of tenants', async () => {
  await call('echo', { text: CANARY });
  const text = await scraped();
  expect(text).toMatch(/^holdfast_calls_total\{tool="echo",outcome="done"\} [1-9]/m);
  expect(text).toMatch(/^holdfast_refusals_total\{reason="no_key"\} 1$/m);
  expect(text).toMatch(/^holdfast_requests_total\{method="tools\/call"\} [1-9]/m);
  expect(text).toMatch(/^holdfast_waits_open 0$/m);
  expect(text).toMatch(/^holdfast_queue_pollers\{queue="holdfast",kind="workflow"\} [1-9]/m);
  expect(text).toMatch(/^holdfast_queue_age_seconds\{queue="holdfast",kind="activity"\} \d/m);
  expect(text).toMatch(/^holdfast_queue_pollers\{queue="holdfast.webhooks",kind="activity"\} [1-9]/m);
  expect(text).toMatch(/^holdfast_jobs_running \d+$/m);
  expect(text).toMatch(/^holdfast_jobs_stuck \d+$/m);
  expect(text).not.toContain(CANARY);
  expect(text).not.toContain(tenant);
});

test('metrics are on a port of their own, and a page that was led to it does not read them', async () => {
  expect((await fetch(gateway.url.replace('/mcp', '/metrics'))).status).toBe(404);
  const status = await new Promise((resolve, reject) => {
    const asked = request({ port, path: '/metrics', headers: { host: 'evil.example' } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.once('error', reject).end();
  });
  expect(status).toBe(404);
});

test('the line of a call that goes on with a job has the hash that its own job has in the memo', async () => {
  const { ledger, ended } = await outOfBudget(({ path }) => call('hurry', { ledger: path, steps: ['one', 'gated'] }));
  ledger.open('gated');
  const { job_id } = ended.message.result?.['structuredContent'] as { job_id: string };
  await call('job_continue', { job_id });
  const line = told('call').findLast(({ tool }) => tool === 'job_continue');
  const { workflowId } = createIds(secret).refOf({ tenant, subject: 'ann' }, line?.['job'] as JobId);
  const connection = await Connection.connect({ address: run().address });
  const { memo } = await new Client({ connection }).workflow.getHandle(workflowId).describe();
  await connection.close();
  expect((memo?.[MEMO_JOB] as JobMemo).argsHash.slice(0, 16)).toBe(line?.['args']);
});
