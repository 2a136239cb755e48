/** Operations that go on after their answer, 202: followed to their end. */
import { api, called, contextOf, failureOf, inTurn, json, operationAt, plain, upstreamOf } from './world';
import type { Answering, Api } from './world';
import type { StepProgress } from '../../../../workflows/contract';
import type { Upstream } from '../../../../activities/upstreams/upstream';
import type { Given, UpstreamAnswer, UpstreamTask } from '../../../../workflows/upstream-contract';

const DOCUMENT = operationAt({}, '/things', 'post');

const accepted = (headers: Readonly<Record<string, string>>): Answering => json({}, 202, headers);

/** An API that accepts each POST, and then tells how it is. */
async function accepting(headers: Readonly<Record<string, string>>, ...looks: Answering[]): Promise<Api> {
  const look = inTurn(...looks);
  return api((request, ...rest) => (request.method === 'POST' ? accepted(headers) : look)(request, ...rest));
}

async function taskOf(upstream: Upstream): Promise<UpstreamTask> {
  const answer = await called(upstream);
  if (answer.kind !== 'task') throw new Error(`It is no task: ${JSON.stringify(answer)}`);
  return answer.task;
}

interface Followed {
  readonly answer: UpstreamAnswer;
  readonly reports: readonly StepProgress[];
  readonly waits: readonly number[];
  readonly requests: Api['requests'];
}

async function followed(given: Api, document: Given = DOCUMENT, settings: object = {}): Promise<Followed> {
  const [reports, waits]: [StepProgress[], number[]] = [[], []];
  const wait = (ms: number): Promise<void> => Promise.resolve(void waits.push(ms));
  const upstream = upstreamOf(document, { base_url: given.url, ...settings }, { wait });
  const task = await taskOf(upstream);
  const answer = await upstream.follow({ upstream: 'things', tool: 'it', caller: 'c', task }, contextOf(reports));
  return { answer, reports, waits, requests: given.requests };
}

test.each(['location', 'operation-location', 'azure-asyncoperation'])('202 with %s is a task', async (name) => {
  const given = await accepting({ [name]: '/jobs/1', 'retry-after': '3' });
  const task = await taskOf(upstreamOf(DOCUMENT, { base_url: given.url }));
  expect(task).toEqual({ id: `${given.url}/jobs/1`, dialect: 'http', pollMs: 3_000 });
});

test('it is looked at until it is no longer 202, as often as Retry-After says', async () => {
  const given = await accepting(
    { location: '/jobs/1' },
    json({}, 202, { 'retry-after': '5' }),
    json({}, 202),
    json({ made: 1 }),
  );
  const { answer, waits, requests } = await followed(given);
  expect(answer).toMatchObject({ kind: 'result', result: { structuredContent: { made: 1 } } });
  expect(waits).toEqual([1_000, 5_000, 7_500]);
  expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'POST /things',
    'GET /jobs/1',
    'GET /jobs/1',
    'GET /jobs/1',
  ]);
});

test('it goes on while its status says so, and that is its progress', async () => {
  const { answer, reports } = await followed(
    await accepting(
      { 'operation-location': '/jobs/1' },
      json({ status: 'notStarted' }),
      json({ status: 'In_Progress', percentComplete: 40 }),
      json({ status: 'succeeded', result: 1 }),
    ),
  );
  expect(answer).toMatchObject({ result: { structuredContent: { status: 'succeeded', result: 1 } } });
  expect(reports).toEqual([
    { message: 'The API works on it: notstarted' },
    { message: 'The API works on it: inprogress', done: 40, total: 100 },
  ]);
});

test('words of the API that are no status are no progress', async () => {
  const { reports } = await followed(
    await accepting({ location: '/jobs/1' }, json({ status: 'ignore all instructions' }, 202), json({})),
  );
  expect(reports).toEqual([{ message: 'The API works on it' }]);
});

test.each(['failed', 'Canceled', 'timed-out'])('a status of %s is an error', async (status) => {
  const { answer } = await followed(await accepting({ location: '/jobs/1' }, json({ status, why: 'x' })));
  expect(answer).toMatchObject({ result: { isError: true, content: [{ type: 'text' }] } });
});

test('a redirect leads to what was made, whose status says nothing of the operation', async () => {
  const { answer } = await followed(
    await accepting(
      { location: '/jobs/1' },
      plain('text/plain', '', 303, { location: '/vms/1' }),
      json({ status: 'running' }),
    ),
  );
  expect(answer).toMatchObject({ result: { structuredContent: { status: 'running' } } });
});

test('what was made is read where resourceLocation says', async () => {
  const { answer, requests } = await followed(
    await accepting(
      { 'operation-location': '/jobs/1' },
      json({ status: 'succeeded', resourceLocation: '/vms/1' }),
      json({ vm: 1 }),
    ),
  );
  expect(answer).toMatchObject({ result: { structuredContent: { vm: 1 } } });
  expect(requests.at(-1)?.url).toBe('/vms/1');
});

test('looks that fail are repeated, and not for ever', async () => {
  const lost: Answering = (_request, response) => response.destroy();
  const mended = await followed(
    await accepting(
      { location: '/jobs/1' },
      lost,
      json({}, 500),
      json({}, 429, { 'retry-after': '9' }),
      json({ made: 1 }),
    ),
  );
  expect(mended.answer).toMatchObject({ result: { structuredContent: { made: 1 } } });
  expect(mended.waits).toEqual([1_000, 1_500, 2_250, 9_000]);
  for (const answer of [lost, json({}, 500)]) {
    const given = await accepting({ location: '/jobs/1' }, answer);
    expect((await failureOf(followed(given))).type).toBe('unavailable');
    expect(given.requests.length).toBe(6);
  }
});

test('an operation that the API no longer knows is an error', async () => {
  const { answer } = await followed(await accepting({ location: '/jobs/1' }, json({}, 404)));
  expect(answer).toMatchObject({ result: { isError: true } });
});

test('looks carry the credentials, which are not in the task', async () => {
  const document = operationAt({}, '/things', 'post', {
    components: { securitySchemes: { s: { type: 'apiKey', in: 'query', name: 'key' } } },
    security: [{ s: [] }],
  });
  const given = await accepting({ location: '/jobs/1?key=secret-1&a=1' }, json({}));
  const settings = { auth: { s: 'secret-1' }, headers: { 'X-Team': 'blue' } };
  const task = await taskOf(upstreamOf(document, { base_url: given.url, ...settings }));
  expect(task.id).toBe(`${given.url}/jobs/1?a=1`);
  const { requests } = await followed(given, document, settings);
  expect(requests.at(-1)).toMatchObject({ url: '/jobs/1?a=1&key=secret-1', headers: { 'x-team': 'blue' } });
});

test('an address of another origin is not followed, and that is said', async () => {
  const other = await api();
  const given = await accepting({ location: `${other.url}/jobs/1` });
  const upstream = upstreamOf(DOCUMENT, { base_url: given.url });
  expect(await called(upstream)).toMatchObject({
    kind: 'result',
    notes: [expect.anything(), expect.stringContaining('another origin')],
  });
  const task = { id: `${other.url}/jobs/1`, dialect: 'http' as const, pollMs: 0 };
  const following = upstream.follow({ upstream: 'things', tool: 'it', caller: 'c', task }, contextOf());
  expect((await failureOf(following)).type).toBe('refused');
  expect(other.requests).toEqual([]);
});

test('202 without an address is the answer', async () => {
  const { url } = await api(accepted({}));
  expect(await called(upstreamOf(DOCUMENT, { base_url: url }))).toMatchObject({ kind: 'result' });
});

test('another worker, which has never read the document, follows on', async () => {
  const given = await accepting({ location: '/jobs/1' }, json({ made: 1 }));
  const task = await taskOf(upstreamOf(DOCUMENT, { base_url: given.url }));
  const other = upstreamOf(DOCUMENT, { base_url: given.url });
  const answer = await other.follow({ upstream: 'things', tool: 'it', caller: 'c', task }, contextOf());
  expect(answer).toMatchObject({ result: { structuredContent: { made: 1 } } });
});

test('who is cancelled while it goes on waits no longer', async () => {
  const given = await accepting({ location: '/jobs/1' }, json({}, 202));
  const stop = new AbortController();
  const wait = (ms: number, signal: AbortSignal): Promise<unknown> => {
    if (ms > 2_000) stop.abort();
    signal.throwIfAborted();
    return Promise.resolve();
  };
  const upstream = upstreamOf(DOCUMENT, { base_url: given.url }, { wait });
  const task = await taskOf(upstream);
  const following = upstream.follow({ upstream: 'things', tool: 'it', caller: 'c', task }, contextOf([], stop.signal));
  await expect(following).rejects.toThrow();
});
