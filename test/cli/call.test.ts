/** Calls, results and answers by hand: what is printed, and what the exit code says. */
import { Client, Connection } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { answer, call, callOnce, cancel, list } from '../../cli/call';
import { EXIT } from '../../cli/exit';
import type { Gateway } from '../../gateway/gateway';
import { outOfBudget } from '../fixtures/budget';
import { eventually } from '../fixtures/eventually';
import { run, startTestGateway, startTestWorker } from '../fixtures/stack';
import type { TestWorker } from '../fixtures/stack';

let gateway: Gateway;
let worker: TestWorker;
let printed: string[];
let hinted: string[];

beforeAll(async () => {
  [gateway, worker] = await Promise.all([startTestGateway(), startTestWorker()]);
});
afterAll(async () => {
  await Promise.all([gateway.stop(), worker.stop()]);
});
/** What Temporal has written down of a job. */
async function eventsOf(job: string): Promise<temporal.api.history.v1.IHistoryEvent[]> {
  const connection = await Connection.connect({ address: run().address });
  try {
    const { workflow } = new Client({ connection });
    return await eventually('the job', async () => {
      for await (const { workflowId } of workflow.list({ query: `HoldfastTool = 'greet'` }))
        if (workflowId.endsWith(job)) return (await workflow.getHandle(workflowId).fetchHistory()).events ?? [];
      return undefined;
    });
  } finally {
    await connection.close();
  }
}

beforeEach(() => {
  [printed, hinted] = [[], []];
  jest.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
  jest.spyOn(console, 'error').mockImplementation((line: string) => void hinted.push(line));
});
afterEach(() => jest.restoreAllMocks());

const options = () => ({ url: gateway.url, cacheDir: '', json: false });
const jobIn = (lines: readonly string[]): string => /job_[0-9a-z]{16}/.exec(lines.join('\n'))?.[0] ?? '';
const reply = (job: string, question: string, json: string | undefined, decline = false): Promise<number> =>
  answer(job, question, json, { ...options(), decline, by: 'ada' });

test('a partial result exits with 4, when it is waited for and when it is read again', async () => {
  const { ended } = await outOfBudget(({ path }) => {
    printed.length = 0;
    return call('hurry', JSON.stringify({ ledger: path, steps: ['one', 'gated'] }), options());
  });
  expect(ended).toBe(EXIT.partial);
  expect(await callOnce('job_result', { job_id: jobIn(printed) }, options())).toBe(EXIT.partial);
});

test('a question is printed with the commands that answer and decline it', async () => {
  expect(await call('greet', '{}', options())).toBe(EXIT.input);
  const job = jobIn(printed);
  expect(hinted.slice(0, 2)).toEqual([
    `To answer:  npx holdfast jobs answer ${job} q1 '{"name":"…"}'`,
    `To decline: npx holdfast jobs answer ${job} q1 --decline`,
  ]);
  expect(await reply(job, 'q1', '{"name":"Ada"}')).toBe(EXIT.done);
  expect(hinted).toContain(`To wait for it: npx holdfast jobs wait ${job}`);
  await callOnce('job_wait', { job_ids: [job] }, options());
  expect(printed.at(-1)).toContain('Hello, Ada!');
});

test('a list shows what a job was called with, and what it asks', async () => {
  await call('wipe', '{"text":"the attic"}', options());
  const job = jobIn(printed);
  await eventually('the job in the list', async () => {
    await list({ ...options(), running: true, limit: 50 });
    return printed.at(-1)?.includes(job);
  });
  expect(printed.at(-1)).toMatch(new RegExp(`${job}  waits for you .*  wipe {"text":"the attic"}\n    q1: wipe wants`));
  await cancel(job, options());
  expect(printed.at(-1)).toBe(`${job} is cancelled.`);
});

test('an answer is written down with the name of who gave it, and a question is a labelled timer', async () => {
  await call('greet', '{}', options());
  const job = jobIn(printed);
  await reply(job, 'q1', '{"name":"Ada"}');
  const events = await eventsOf(job);
  const [signal] = events.flatMap(({ workflowExecutionSignaledEventAttributes: signaled }) => signaled ?? []);
  expect(JSON.parse(String(signal?.input?.payloads?.[0]?.data))).toMatchObject({ key: 'q1', by: 'ada' });
  expect(events.map(({ userMetadata }) => String(userMetadata?.summary?.data ?? ''))).toContain('"Question q1"');
});

test('a tool that there is not, and arguments that do not fit, are wrong usage', async () => {
  expect(await call('greet', '{"nonsense":1}', options())).toBe(EXIT.usage);
  expect(await callOnce('job_wait', { job_ids: ['me'] }, options())).toBe(EXIT.usage);
});

test('a tool whose name is misspelt is told with the one that was probably meant', async () => {
  expect(await call('gret', '{}', options())).toBe(EXIT.usage);
  expect(hinted.at(-1)).toBe(
    'Unknown tool: gret. Did you mean greet? tools/list names those that exist.\nTo see the tools: npx holdfast tools',
  );
});

test('an approval is declined by hand, and the job is refused', async () => {
  await call('wipe', '{"text":"all"}', options());
  const job = jobIn(printed);
  expect(hinted[0]).toBe(`To answer:  npx holdfast jobs answer ${job} q1 '{}'`);
  expect(await reply(job, 'q1', undefined, true)).toBe(EXIT.done);
  expect(await callOnce('job_wait', { job_ids: [job] }, options())).toBe(EXIT.failed);
  expect(printed.at(-1)).toContain('A person did not allow the call');
});

test('of several questions each has its commands', async () => {
  await call('pair', '{}', options());
  expect(hinted.filter((line) => line.startsWith('To answer'))).toEqual([
    expect.stringContaining(' q1 '),
    expect.stringContaining(' q2 '),
  ]);
});

test('an answer that does not fit is told what the answer must have', async () => {
  await call('greet', '{}', options());
  const job = jobIn(printed);
  expect(await reply(job, 'q1', '{}')).toBe(EXIT.usage);
  expect(printed.at(-1)).toContain('name: is required');
  expect(await reply(job, 'q1', '{"name":7}')).toBe(EXIT.usage);
  expect(printed.at(-1)).toContain('name: must be string');
  expect(printed.at(-1)).not.toContain('data');
});

test('a call that is put off is not waited for, and how to call it off is printed', async () => {
  const run_at = new Date(Date.now() + 86_400_000).toISOString();
  expect(await call('job_schedule', JSON.stringify({ tool: 'greet', run_at }), options())).toBe(EXIT.done);
  const job = jobIn(printed);
  expect(printed.at(-1)).toContain(`${job} (greet) begins at ${run_at.slice(0, 16)}`);
  expect(hinted[0]).toBe(`To call it off: npx holdfast jobs cancel ${job}`);
  await callOnce('job_cancel', { job_id: job }, options());
});

test.each([
  ['neither an answer nor --decline', undefined, false],
  ['both', '{}', true],
  ['an answer that is no JSON object', 'yes', false],
])('%s is wrong usage, and says what is wanted', async (_what, json, decline) => {
  expect(await reply('job_0123456789abcdef', 'q1', json, decline)).toBe(EXIT.usage);
  expect(hinted).toEqual([expect.stringContaining('or --decline')]);
});

test('a number that would arrive as another one is not sent', async () => {
  expect(await call('echo', '{"text":"x","id":9007199254740993}', options())).toBe(EXIT.usage);
  expect(hinted).toEqual([expect.stringContaining('The number 9007199254740993 at id')]);
});
