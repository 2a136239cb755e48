import type { Client } from '@modelcontextprotocol/client';
import { pino } from 'pino';
import { z } from 'zod';
import { startGateway } from '../../../gateway/gateway';
import type { Gateway } from '../../../gateway/gateway';
import { defineTool } from '../../../workflows/define-tool';
import { eventually } from '../../fixtures/eventually';
import { newLedger } from '../../fixtures/ledger';
import { legacy, modern } from '../../fixtures/raw';
import { configFor, connectV2, dataOf, run, startTestGateway, startTestWorker, textOf } from '../../fixtures/stack';
import type { TestWorker } from '../../fixtures/stack';
import { echo } from '../../fixtures/workflows/tools';

let gateway: Gateway;
let hasty: Gateway;
let worker: TestWorker;
let client: Client;
let hastyClient: Client;

beforeAll(async () => {
  [gateway, hasty, worker] = await Promise.all([
    startTestGateway(),
    startTestGateway({ patienceMs: 300 }),
    startTestWorker(),
  ]);
  [client, hastyClient] = await Promise.all([connectV2(gateway.url), connectV2(hasty.url)]);
  await Promise.all([client.listTools(), hastyClient.listTools()]); // from here on the client checks outputs against their schemas
});
afterAll(async () => {
  await Promise.all([client.close(), hastyClient.close()]);
  await Promise.all([gateway.stop(), hasty.stop(), worker.stop()]);
});

test('a call that ends in time answers with its output, in words and as data', async () => {
  const result = await client.callTool({ name: 'echo', arguments: { text: 'hello' } });
  expect(textOf(result)).toBe('hello');
  expect(dataOf(result)).toEqual({ text: 'hello' });
});

test('every answer about a job carries its id and the audit link', async () => {
  const { _meta } = await client.callTool({ name: 'echo', arguments: { text: 'hello' } });
  const id = String(_meta?.['io.holdfast/job']);
  expect(id).toMatch(/^job_[0-9a-hjkmnp-tv-z]{16}$/);
  expect(_meta?.['io.holdfast/audit']).toMatch(
    new RegExp(`^http://127\\.0\\.0\\.1:8233/namespaces/default/workflows/local%2F[0-9a-z]{10}%2F${id}$`),
  );
});

test('a call that outlasts patience answers with a handle, and job_wait brings the result', async () => {
  const ledger = newLedger();
  const handle = await hastyClient.callTool({ name: 'walk', arguments: { ledger: ledger.path, steps: ['gated'] } });
  const { job_id } = dataOf(handle);
  expect(handle.isError).toBeFalsy();
  expect(dataOf(handle)).toMatchObject({
    status: 'running',
    tool: 'walk',
    next: { tool: 'job_wait', args: { job_ids: [job_id] } },
  });
  expect(textOf(handle)).toContain(`Next: job_wait({"job_ids":["${String(job_id)}"]})`);
  expect(textOf(handle)).toContain('Do not call walk again');

  ledger.open('gated');
  const result = await client.callTool({ name: 'job_wait', arguments: { job_ids: [job_id] } });
  expect(dataOf(result)).toEqual({ walked: ['gated'] });
});

test('a wait without news says so in at most 300 characters', async () => {
  const ledger = newLedger();
  const handle = await hastyClient.callTool({ name: 'walk', arguments: { ledger: ledger.path, steps: ['gated'] } });
  await ledger.written('begin gated');
  const job_ids = [dataOf(handle)['job_id']];
  const waited = (): Promise<unknown> => client.callTool({ name: 'job_wait', arguments: { job_ids, timeout_s: 0.2 } });
  let again = await waited();
  for (let more = 20; !textOf(again).includes('No change.') && more > 0; more -= 1) again = await waited(); // the step's first word
  expect(textOf(again)).toContain('No change.');
  expect(textOf(again).length).toBeLessThanOrEqual(300);
  ledger.open('gated');
});

test('job_wait on any of two jobs returns as soon as one has ended', async () => {
  const [slow, fast] = [newLedger(), newLedger()];
  const start = async (ledger: string): Promise<unknown> =>
    dataOf(await hastyClient.callTool({ name: 'walk', arguments: { ledger, steps: ['gated'] } }))['job_id'];
  const ids = [await start(slow.path), await start(fast.path)];
  fast.open('gated');
  const { jobs } = dataOf(await client.callTool({ name: 'job_wait', arguments: { job_ids: ids, mode: 'any' } }));
  expect(jobs).toMatchObject([
    { job_id: ids[0], status: 'running' },
    { job_id: ids[1], walked: ['gated'] },
  ]);
  slow.open('gated');
});

test('arguments that do not fit the schema are named in a tool error, and nothing starts', async () => {
  const result = await client.callTool({ name: 'echo', arguments: { text: 7 } });
  expect(result.isError).toBe(true);
  expect(textOf(result)).toMatch(/arguments of echo.*text: .*string/);
  expect(dataOf(result)).toMatchObject({ status: 'rejected', error: { kind: 'invalid_input', side_effect: 'none' } });
});

test('an output of an older schema is sent as the result of its job, not as an output', async () => {
  const { name, description, input } = echo;
  const newer = defineTool({ name, description, input, output: z.object({ said: z.string() }), workflow: 'echo' });
  const upgraded = await startGateway(configFor(run().address), [newer], pino({ level: 'silent' }));
  const strict = await connectV2(upgraded.url);
  await strict.listTools();
  const result = await strict.callTool({ name: 'echo', arguments: { text: 'hello' } });
  const job_id = expect.stringMatching(/^job_/) as unknown;
  expect(dataOf(result)).toEqual({ job_id, status: 'done', result: { text: 'hello' } });
  expect(textOf(result)).toContain('"text": "hello"');
  await strict.close();
  await upgraded.stop();
});

test.each([
  ['job_list', { limit: 'many' }, /arguments of job_list .*limit.*Correct them and call again/],
  ['job_wait', { job_ids: 7 }, /schema: job_ids: .*Correct/],
  ['job_continue', { job_id: 'nonsense', foo: 1 }, /arguments of job_continue .*job_id.*Correct them/],
])('what is wrong with the arguments of %s is named, and nothing else', async (name, args, words) => {
  const result = await client.callTool({ name, arguments: args });
  expect(result.isError).toBe(true);
  expect(textOf(result)).toMatch(words);
});

test('an unknown tool is a protocol error', async () => {
  const { message } = await modern(gateway.url, 'tools/call', { name: 'nope', arguments: {} });
  expect(message.error).toMatchObject({ code: -32602 });
});

test('progress grows with every notification and says where the job is', async () => {
  const ledger = newLedger();
  const seen: { progress: number; total?: number | undefined; message?: string | undefined }[] = [];
  const answer = client.callTool(
    { name: 'walk', arguments: { ledger: ledger.path, steps: ['one', 'gated', 'gated-more'] } },
    {
      onprogress: (progress) => {
        seen.push(progress);
        for (const gate of ['gated', 'gated-more'])
          if (progress.message?.includes(`Taking ${gate} (at ${gate})`) === true) ledger.open(gate);
      },
    },
  );
  expect(dataOf(await answer)).toEqual({ walked: ['one', 'gated', 'gated-more'] });
  expect(seen.length).toBeGreaterThanOrEqual(2);
  expect(seen).toContainEqual(
    expect.objectContaining({
      total: 3,
      message: expect.stringMatching(/^job_\w+, step 2 of 3: Taking gated/) as string,
    }),
  );
  const values = seen.map(({ progress }) => progress);
  expect(values).toEqual([...new Set(values)].sort((a, b) => a - b));
});

test('a step that fails for good becomes a tool error with our sentence and its facts', async () => {
  const result = await client.callTool({
    name: 'charge',
    arguments: { ledger: newLedger().path, steps: ['a'], fail: 'a' },
  });
  expect(result.isError).toBe(true);
  expect(textOf(result)).toContain('The step was told to fail.');
  expect(dataOf(result)).toMatchObject({
    status: 'failed',
    error: { kind: 'refused', retryable: false, attempt: 1, of: 1 },
  });
});

test('a result that nobody can read is a failure in words, at every door', async () => {
  const result = await client.callTool({ name: 'mumble', arguments: {} });
  const { job_id, error } = dataOf(result) as { job_id: string; error: unknown };
  expect(result.isError).toBe(true);
  expect(error).toMatchObject({ kind: 'broken', retryable: false });
  for (const [name, args] of [
    ['job_wait', { job_ids: [job_id] }],
    ['job_result', { job_id }],
  ] as const)
    expect(textOf(await client.callTool({ name, arguments: args }))).toContain('cannot be read');
});

test('a budget that ends returns what was found, marked as partial', async () => {
  const ledger = newLedger();
  const result = await client.callTool({
    name: 'hurry',
    arguments: { ledger: ledger.path, steps: ['quick', 'gated'] },
  });
  expect(result.isError).toBeFalsy();
  expect(textOf(result)).toMatch(/^PARTIAL result/);
  expect(dataOf(result)).toMatchObject({ status: 'partial', reason: 'budget', partial: { walked: ['quick'] } });
});

test('a long result is cut in the middle and read whole in pages', async () => {
  const result = await client.callTool({ name: 'fill', arguments: { characters: 70_000 } });
  expect(textOf(result).length).toBeLessThan(32_000);
  const { next, job_id } = dataOf(result) as { next: { tool: string; args: Record<string, unknown> }; job_id: string };
  let [whole, page] = [
    '',
    { name: next.tool, arguments: next.args } as { name: string; arguments: Record<string, unknown> } | undefined,
  ];
  while (page) {
    const read = await client.callTool(page);
    whole += /\]\n(.*?)(\n\[Next|$)/s.exec(textOf(read))?.[1] ?? '';
    const more = dataOf(read)['next'] as { tool: string; args: Record<string, unknown> } | undefined;
    page = more && { name: more.tool, arguments: more.args };
  }
  expect(JSON.parse(whole)).toBe('x'.repeat(70_000));
  expect(job_id).toMatch(/^job_/);
});

test('the result of a running job is what it has found so far', async () => {
  const ledger = newLedger();
  const handle = await hastyClient.callTool({
    name: 'walk',
    arguments: { ledger: ledger.path, steps: ['one', 'gated'] },
  });
  await ledger.written('begin gated');
  const result = await client.callTool({ name: 'job_result', arguments: { job_id: dataOf(handle)['job_id'] } });
  expect(textOf(result)).toMatch(/RUNNING[\s\S]*PARTIAL[\s\S]*"one"/);
  ledger.open('gated');
});

test('a cancelled job ends, keeps its partial, and stays cancelled', async () => {
  const ledger = newLedger();
  const handle = await hastyClient.callTool({
    name: 'walk',
    arguments: { ledger: ledger.path, steps: ['one', 'gated'] },
  });
  await ledger.written('begin gated');
  const job_id = dataOf(handle)['job_id'];
  const cancelled = await client.callTool({ name: 'job_cancel', arguments: { job_id } });
  expect(dataOf(cancelled)).toMatchObject({ status: 'cancelled' });
  const after = await client.callTool({ name: 'job_wait', arguments: { job_ids: [job_id] } });
  expect(dataOf(after)).toMatchObject({ job_id, status: 'cancelled', partial: { walked: ['one'] } });
  const again = await client.callTool({ name: 'job_cancel', arguments: { job_id } });
  expect(textOf(again)).toContain('had already ended');
  expect(ledger.lines()).not.toContain('end gated');
});

test('job_list finds a job whose id was lost', async () => {
  const ledger = newLedger();
  const { job_id } = dataOf(
    await hastyClient.callTool({ name: 'walk', arguments: { ledger: ledger.path, steps: ['gated'] } }),
  );
  const found = await eventually('the job in the list', async () => {
    const answer = await client.callTool({ name: 'job_list', arguments: { tool: 'walk', running: true } });
    return (dataOf(answer)['jobs'] as { job_id: unknown }[]).find((job) => job.job_id === job_id);
  });
  expect(found).toMatchObject({ tool: 'walk', status: 'running' });
  ledger.open('gated');
});

test.each(['2025-11-25', '2025-06-18', '2025-03-26'])('revision %s is served on the same endpoint', async (version) => {
  const { message } = await legacy(gateway.url, 'tools/call', { name: 'echo', arguments: { text: 'old' } }, version);
  expect(message.result).toMatchObject({ structuredContent: { text: 'old' } });
});
