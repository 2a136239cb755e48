import { createHash } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import type { Gateway } from '../../gateway/gateway';
import { newLedger } from '../fixtures/ledger';
import { modern } from '../fixtures/raw';
import type { RawAnswer } from '../fixtures/raw';
import { freshKey, run, startTestGateway, startTestWorker } from '../fixtures/stack';
import type { TestWorker } from '../fixtures/stack';

const sha256 = (key: string): string => createHash('sha256').update(key).digest('hex');
const [alice, bob, eve] = ['alice-key', 'bob-key', 'eve-key'];
const keys = [
  { sha256: sha256(alice), tenant: 'acme', subject: 'alice' },
  { sha256: sha256(bob), tenant: 'acme', subject: 'bob' },
  { sha256: sha256(eve), tenant: 'other', subject: 'alice' },
];

let gateway: Gateway;
let worker: TestWorker;

beforeAll(async () => {
  [gateway, worker] = await Promise.all([startTestGateway({ keys, patienceMs: 300 }), startTestWorker()]);
});
afterAll(async () => {
  await Promise.all([gateway.stop(), worker.stop()]);
});

const call = (
  key: string,
  name: string,
  args: Record<string, unknown>,
  headers: Record<string, string> = {},
): Promise<RawAnswer> =>
  modern(gateway.url, 'tools/call', { name, arguments: args }, { authorization: `Bearer ${key}`, ...headers });

test.each([{}, { authorization: 'Bearer wrong' }, { authorization: 'Basic YWxpY2U=' }])(
  'a caller who shows %j is told 401 and how to do better',
  async (headers: Record<string, string>) => {
    const { status, headers: answered, message } = await modern(gateway.url, 'tools/list', {}, headers);
    expect(status).toBe(401);
    expect(answered.get('www-authenticate')).toBe('Bearer');
    expect(message.error?.message).toContain('Authorization: Bearer <key>');
  },
);

const tools: [string, (id: string) => Record<string, unknown>][] = [
  ['job_wait', (id) => ({ job_ids: [id], timeout_s: 0 })],
  ['job_result', (id) => ({ job_id: id })],
  ['job_cancel', (id) => ({ job_id: id })],
  ['job_respond', (id) => ({ job_id: id, question: 'q1', content: { name: 'Eve' } })],
];

describe.each([
  ['another subject of the tenant', bob],
  ['the same subject name in another tenant', eve],
])("%s cannot tell someone's job from one that does not exist", (_who, key) => {
  test.each(tools)('through %s', async (tool, args) => {
    const ledger = newLedger();
    const { message } = await call(alice, 'walk', { ledger: ledger.path, steps: ['gated'] });
    const theirs = (message.result?.['structuredContent'] as { job_id: string }).job_id;
    const unknown = 'job_0000000000000000';

    const [foreign, absent] = [await call(key, tool, args(theirs)), await call(key, tool, args(unknown))];
    expect(foreign.text.replaceAll(theirs, unknown)).toBe(absent.text);
    expect(foreign.status).toBe(absent.status);
    expect(absent.text).toContain(`You have no job ${unknown}`);

    ledger.open('gated');
    const mine = await call(alice, 'job_wait', { job_ids: [theirs], timeout_s: 20 });
    expect(mine.message.result).toMatchObject({ structuredContent: { walked: ['gated'] } }); // it was neither cancelled nor answered
  });
});

test('the same idempotency key of two callers is two jobs', async () => {
  const [ledger, key] = [newLedger(), freshKey()];
  const args = { ledger: ledger.path, steps: ['once'] };
  await Promise.all([alice, bob, eve].map((who) => call(who, 'charge', args, { 'idempotency-key': key })));
  await ledger.written('end once', 3);
  expect(ledger.count('begin once')).toBe(3);
});

describe('what is written down of a call', () => {
  const { History } = temporal.api.history.v1;
  const { DescribeWorkflowExecutionResponse } = temporal.api.workflowservice.v1;
  const idempotencyKey = freshKey();
  let connection: Connection;
  let audit: string;
  let workflowId: string;
  let described: WorkflowExecutionDescription;
  /** All that Temporal keeps of the job, in bytes. */
  let kept: Buffer;

  beforeAll(async () => {
    connection = await Connection.connect({ address: run().address });
    const { message } = await call(alice, 'echo', { text: 'hi' }, { 'idempotency-key': idempotencyKey });
    audit = String((message.result?.['_meta'] as Record<string, unknown>)['io.holdfast/audit']);
    workflowId = decodeURIComponent(audit.split('/').at(-1) ?? '');
    const handle = new Client({ connection }).workflow.getHandle(workflowId);
    described = await handle.describe();
    const history = History.encode(await handle.fetchHistory()).finish();
    kept = Buffer.concat([history, DescribeWorkflowExecutionResponse.encode(described.raw).finish()]);
  });
  afterAll(() => connection.close());

  test('the memo of its job says whose it is, for the worker and for the Web UI', () => {
    expect(described.memo).toMatchObject({ holdfast: { caller: { tenant: 'acme', subject: 'alice' } } });
  });

  test('its ids, its audit link and its search attributes name the tenant, and no subject', () => {
    const named = [workflowId, audit, JSON.stringify(described.typedSearchAttributes.getAll())];
    for (const text of named) {
      expect(text).toContain('acme');
      expect(text).not.toContain('alice');
    }
  });

  test.each([
    ['the API key', alice],
    ['the hash of the API key', sha256(alice)],
    ['the idempotency key', idempotencyKey],
  ])('%s is written nowhere', (_what, secret) => {
    expect(kept.includes('"subject":"alice"')).toBe(true); // it can be searched
    expect(kept.includes(secret)).toBe(false);
  });
});
