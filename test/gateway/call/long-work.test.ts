/** What a client is told of work that takes long: partial results, attempts, queues, quotas, retention. */
import type { CallToolResult, Client } from '@modelcontextprotocol/client';
import type { Gateway } from '../../../gateway/gateway';
import { eventually } from '../../fixtures/eventually';
import { outOfBudget } from '../../fixtures/budget';
import { newLedger } from '../../fixtures/ledger';
import {
  connectV2,
  dataOf,
  freshKey,
  newTenant,
  startTestGateway,
  startTestWorker,
  textOf,
} from '../../fixtures/stack';
import type { TestWorker } from '../../fixtures/stack';

const [tenant, alone] = [newTenant(), newTenant()];
let worker: TestWorker;
let gateways: Gateway[];
let client: Client;
let hasty: Client;

beforeAll(async () => {
  [worker, ...gateways] = await Promise.all([
    startTestWorker({}, undefined, [{ name: 'narrow', concurrentSteps: 1, perSecond: undefined }]),
    startTestGateway(),
    startTestGateway({ patienceMs: 0 }),
    startTestGateway({ patienceMs: 0, quotas: { perCaller: 2, perTenant: 100 }, keys: tenant.keys }),
    startTestGateway({ quotas: { perCaller: 1, perTenant: 100 }, keys: alone.keys }),
  ]);
  [client, hasty] = (await Promise.all(gateways.slice(0, 2).map(({ url }) => connectV2(url)))) as [Client, Client];
});
afterAll(async () => {
  await Promise.all([client.close(), hasty.close()]);
  await Promise.all([worker.stop(), ...gateways.map((gateway) => gateway.stop())]);
});

const call = (name: string, args: Record<string, unknown>, by = client): Promise<unknown> =>
  by.callTool({ name, arguments: args });

/** Starts a job, and does not wait for it. Returns its id, also where it has ended by then. */
async function started(name: string, args: Record<string, unknown>): Promise<unknown> {
  const answer = (await call(name, args, hasty)) as CallToolResult;
  return answer._meta?.['io.holdfast/job'];
}

/** Calls until the answer says it. */
function until(
  words: RegExp,
  name: string,
  args: Record<string, unknown>,
  ask = () => call(name, args),
): Promise<unknown> {
  return eventually(`an answer that says ${String(words)}`, async () => {
    const answer = await ask();
    return words.test(textOf(answer)) && answer;
  });
}

test.concurrent('a budget that ends returns what is in hand, says where it stopped, and how to go on', async () => {
  const { ended: answer } = await outOfBudget(({ path }) => call('hurry', { ledger: path, steps: ['one', 'gated'] }));
  expect(dataOf(answer)).toMatchObject({
    status: 'partial',
    complete: false,
    reason: 'budget',
    partial: { walked: ['one'] },
    stopped_at: { done: 1, total: 2 },
    next: { tool: 'job_continue' },
  });
  expect(textOf(answer)).toContain('ended in step 2 of 2: Taking gated, before it was done. To go on from there');
});

test.concurrent('job_continue goes on with the same arguments, and repeats nothing', async () => {
  const steps = ['one', 'gated', 'three'];
  const { ledger, ended } = await outOfBudget(({ path }) => call('hurry', { ledger: path, steps }));
  const { job_id } = dataOf(ended);
  ledger.open('gated');
  const answer = await call('job_continue', { job_id });
  expect(dataOf(answer)).toEqual({ walked: ['one', 'gated', 'three'] });
  expect(ledger.count('begin one')).toBe(1);
});

test.concurrent('a cancelled job can be gone on with, too', async () => {
  const ledger = newLedger();
  const job_id = await started('stroll', { ledger: ledger.path, steps: ['one', 'gated'] });
  await ledger.written('begin gated');
  expect(textOf(await call('job_cancel', { job_id }))).toContain('cancelled');
  ledger.open('gated');
  expect(dataOf(await call('job_continue', { job_id }))).toEqual({ walked: ['one', 'gated'] });
  expect(ledger.count('begin one')).toBe(1);
});

test.concurrent('there is nothing to go on with in a job that is complete, runs, or is of another kind', async () => {
  const ledger = newLedger();
  const complete = await started('hurry', { ledger: ledger.path, steps: [] });
  await call('job_wait', { job_ids: [complete] });
  expect(textOf(await call('job_continue', { job_id: complete }))).toContain('is complete');

  const running = await started('stroll', { ledger: ledger.path, steps: ['gated'] });
  expect(textOf(await call('job_continue', { job_id: running }))).toContain('goes on by itself');
  ledger.open('gated');

  const other = await started('echo', { text: 'hi' });
  expect(textOf(await call('job_continue', { job_id: other }))).toContain('cannot be gone on with');
});

test.concurrent('while a step is tried again the status says which attempt, when, and what went wrong', async () => {
  const ledger = newLedger();
  const job_id = await started('insist', { ledger: ledger.path });
  const answer = await until(/attempt 2/, 'job_result', { job_id });
  expect(textOf(answer)).toMatch(
    /step attempt is in attempt 2 of 5, which starts in \d+ s, the last one failed: The library answered 503/,
  );
  const told = dataOf(await call('job_wait', { job_ids: [job_id], timeout_s: 0 }));
  expect(told['retrying']).toMatchObject({
    step: 'attempt',
    attempt: 2,
    of: 5,
    last_error: 'The library answered 503.',
  });
  ledger.open('open');
});

test.concurrent('an upstream that says when to come back is asked again then, not before', async () => {
  const ledger = newLedger();
  const job_id = await started('insist', { ledger: ledger.path });
  await ledger.written('attempt');
  const first = Date.now();
  ledger.open('open');
  await call('job_wait', { job_ids: [job_id] });
  expect(Date.now() - first).toBeGreaterThan(3_500);
  expect(ledger.count('attempt')).toBe(2);
});

test('steps of a queue with one place run one at a time', async () => {
  const [first, second] = [newLedger(), newLedger()];
  const one = await started('narrow', { ledger: first.path, steps: ['gated'] });
  await first.written('begin gated');
  const two = await started('narrow', { ledger: second.path, steps: ['gated'] });
  second.open('gated');
  const waiting = await until(/no worker has taken/, 'job_wait', { job_ids: [two], timeout_s: 0 });
  expect(textOf(waiting)).toContain('no worker has taken its next step yet');
  expect(second.lines()).toEqual([]);
  first.open('gated');
  await call('job_wait', { job_ids: [one, two] });
  expect(second.lines()).toEqual(['begin gated', 'end gated']);
});

test('batch work gives way to everything else that waits in line', async () => {
  const [door, ledger] = [newLedger(), newLedger()];
  const first = await started('narrow', { ledger: door.path, steps: ['gated'] });
  await door.written('begin gated');
  const ids = [first];
  for (const name of [...Array<string>(4).fill('narrow_batch'), ...Array<string>(4).fill('narrow')])
    ids.push(await started(name, { ledger: ledger.path, steps: [name] }));
  for (const id of ids.slice(1)) await until(/no worker has taken/, 'job_wait', { job_ids: [id], timeout_s: 0 });
  door.open('gated');
  await call('job_wait', { job_ids: ids });
  const begun = ledger.lines().filter((line) => line.startsWith('begin'));
  expect(begun).toEqual([...Array<string>(4).fill('begin narrow'), ...Array<string>(4).fill('begin narrow_batch')]);
});

test.concurrent('a job whose queue nobody polls says so', async () => {
  const job_id = await started('deserted', { ledger: newLedger().path, steps: ['one'] });
  const answer = await until(/no worker polls/, 'job_wait', { job_ids: [job_id], timeout_s: 0 });
  expect(textOf(answer)).toContain('no worker polls the queue holdfast.deserted');
  await call('job_cancel', { job_id });
});

test('a caller who has too much running is told when to come back, and nothing is started', async () => {
  const crowded = await connectV2(gateways[2]?.url ?? '', tenant.headers);
  const ledgers = [newLedger(), newLedger(), newLedger()];
  const answers: unknown[] = [];
  for (const { path } of ledgers) answers.push(await call('walk', { ledger: path, steps: ['gated'] }, crowded));
  expect(dataOf(answers[2])).toMatchObject({
    status: 'rejected',
    error: { kind: 'over_quota', retryable: true, retry_after_s: 10, side_effect: 'none' },
  });
  expect(textOf(answers[2])).toContain('You have 2 jobs running');
  ledgers.forEach((ledger) => ledger.open('gated'));
  await call('job_wait', { job_ids: answers.slice(0, 2).map((answer) => dataOf(answer)['job_id']) }, crowded);
  expect(ledgers[2]?.lines()).toEqual([]);
  await crowded.close();
});

test.concurrent('a caller who waits for each answer never has too much running', async () => {
  const patient = await connectV2(gateways[3]?.url ?? '', alone.headers);
  for (let calls = 0; calls < 60; calls += 1) expect(textOf(await call('echo', { text: 'hi' }, patient))).toBe('hi');
  await patient.close();
});

test('a call over quota still comes back to its own job, by its key', async () => {
  const crowded = await connectV2(gateways[2]?.url ?? '', tenant.headers);
  const keyed = { name: 'walk', _meta: { 'io.holdfast/idempotency-key': freshKey() } };
  const [first, second] = [newLedger(), newLedger()];
  const steps = ['gated'];
  const begin = (): Promise<unknown> => crowded.callTool({ ...keyed, arguments: { ledger: first.path, steps } });
  const begun = await until(/RUNNING/, 'walk', {}, begin); // once the jobs of the test before no longer count
  const other = await call('walk', { ledger: second.path, steps }, crowded);
  expect(textOf(await call('walk', { ledger: second.path, steps: [] }, crowded))).toContain('which is the limit');
  const again = await begin();
  expect(dataOf(again)).toMatchObject({ job_id: dataOf(begun)['job_id'], status: 'running' });
  [first, second].forEach((ledger) => ledger.open('gated'));
  await call('job_wait', { job_ids: [begun, other].map((answer) => dataOf(answer)['job_id']) }, crowded);
  await crowded.close();
});

test.concurrent('what a cancelled job had found can be read to its end, in pages', async () => {
  const ledger = newLedger();
  const job_id = await started('hoard', { ledger: ledger.path, sizes: [70_000], fail: false });
  await ledger.written('begin gated');
  const told = await call('job_cancel', { job_id });
  expect(textOf(told)).toContain('is now cancelled');
  const first = await call('job_result', { job_id });
  expect(dataOf(first)).toMatchObject({ status: 'cancelled', complete: false, next: { args: { offset: 32_000 } } });
  const last = await call('job_result', { job_id, offset: 64_000 });
  expect(textOf(last)).toMatch(/x"$/);
  const answer = dataOf(await call('job_wait', { job_ids: [job_id] }));
  expect(answer).toMatchObject({ whole: { tool: 'job_result' }, next: { tool: 'job_continue' } });
});

test.concurrent('a job that failed says what it had found, and how to go on', async () => {
  const answer = await call('hoard', { ledger: newLedger().path, sizes: [10], fail: true });
  expect(dataOf(answer)).toMatchObject({ status: 'failed', partial: 'x'.repeat(10), next: { tool: 'job_continue' } });
  expect(textOf(answer)).toContain('To go on from there');
});

test.concurrent('findings that are too large to be handed on are refused in words', async () => {
  const args = { sizes: [1_200_000], fail: true, padding: 'x'.repeat(800_000) };
  const { job_id } = dataOf(await call('hoard', { ledger: newLedger().path, ...args }));
  expect(textOf(await call('job_continue', { job_id }))).toContain('has found too much to go on with');
});

test.concurrent('a result that has expired says when, and what to do', async () => {
  const job_id = await started('fleeting', { text: 'hi' });
  const answer = await until(/expired at/, 'job_result', { job_id });
  expect(textOf(answer)).toMatch(/expired at \d{4}-.*Call its tool again/);
  expect(dataOf(answer)).toMatchObject({ error: { kind: 'expired' } });
});

test.concurrent('a tool may have handle tools of its own, in place of itself', async () => {
  const { tools } = await client.listTools();
  const names = tools.map(({ name }) => name).filter((name) => name.includes('errand'));
  expect(names.sort()).toEqual(['cancel_errand', 'query_errand', 'start_errand', 'wait_errand']);

  const ledger = newLedger();
  const started = await call('start_errand', { ledger: ledger.path, steps: ['one', 'gated'] });
  const { job_id, next } = dataOf(started);
  expect(next).toEqual({ tool: 'wait_errand', args: { job_id } });
  await ledger.written('begin gated');
  expect(textOf(await call('query_errand', { job_id }))).toContain('"walked"');
  ledger.open('gated');
  expect(dataOf(await call('wait_errand', { job_id }))).toEqual({ walked: ['one', 'gated'] });
});

test.concurrent('a handle tool of one tool knows nothing of the jobs of others', async () => {
  const job_id = await started('echo', { text: 'hi' });
  expect(textOf(await call('cancel_errand', { job_id }))).toContain('is a job of echo, not of errand');
});
