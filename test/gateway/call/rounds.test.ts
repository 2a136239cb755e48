/** Multi round-trip requests: how a call of 2026-07-28 goes on without tasks, at whichever replica its next round reaches. */
import { outOfBudget } from '../../fixtures/budget';
import { declaring, modern } from '../../fixtures/raw';
import type { RawAnswer } from '../../fixtures/raw';
import { replicas, walking } from '../../fixtures/replicas';

const { url } = replicas({ patienceMs: 400 });

const call = (name: string, args: object, more: Record<string, unknown> = {}, elicitation = true): Promise<RawAnswer> =>
  modern(url(), 'tools/call', declaring({ elicitation }, { name, arguments: args, ...more }));
const stateOf = ({ message }: RawAnswer): string => String(message.result?.['requestState']);
const name = (first: string): object => ({ action: 'accept', content: { name: first } });

/** Comes back with the same call until it is answered with something else than time. */
async function settled(tool: string, args: object, answer: RawAnswer): Promise<RawAnswer> {
  const { resultType, inputRequests } = answer.message.result ?? {};
  if (resultType !== 'input_required' || inputRequests !== undefined) return answer;
  return settled(tool, args, await call(tool, args, { requestState: stateOf(answer) }));
}

test('a call that is not done in time is carried on in rounds, as one job', async () => {
  const [ledger, args] = walking('gated');
  const first = await call('walk', args);
  expect(first.message.result).toMatchObject({
    resultType: 'input_required',
    requestState: expect.any(String) as unknown,
  });
  expect(first.message.result).not.toHaveProperty('inputRequests');
  ledger.open('gated');
  const last = await settled('walk', args, first);
  expect(last.message.result).toMatchObject({ resultType: 'complete', structuredContent: { walked: ['gated'] } });
  expect(ledger.lines()).toEqual(['begin gated', 'end gated']);
});

test('after nine rounds there is a handle', async () => {
  const [ledger, args] = walking('gated');
  let answer = await call('walk', args);
  let rounds = 0;
  for (; answer.message.result?.['resultType'] === 'input_required'; rounds += 1)
    answer = await call('walk', args, { requestState: stateOf(answer) });
  expect(rounds).toBe(9);
  expect(answer.message.result).toMatchObject({ structuredContent: { status: 'running', next: { tool: 'job_wait' } } });
  ledger.open('gated');
});

test('a tool with handles of its own answers with one, and not with rounds', async () => {
  const [ledger, args] = walking('gated');
  const { message } = await call('start_errand', args);
  expect(message.result).toMatchObject({ structuredContent: { status: 'running', next: { tool: 'wait_errand' } } });
  ledger.open('gated');
});

test('a call that goes on with a job is carried on in rounds for that job alone', async () => {
  const steps = ['one', 'gated'];
  const { ledger, ended } = await outOfBudget(async ({ path }) => {
    const args = { ledger: path, steps };
    return settled('hurry', args, await call('hurry', args));
  });
  const args = { ledger: ledger.path, steps };
  const { job_id } = ended.message.result?.['structuredContent'] as { job_id: string };
  await call('job_wait', { job_ids: [job_id], timeout_s: 30 }); // its rounds may be over before its budget is
  const first = await call('job_continue', { job_id });
  const elsewhere = await call('hurry', args, { requestState: stateOf(first) });
  expect(elsewhere.message.error?.message).toContain('belongs to another call');
  ledger.open('gated');
  const last = await settled('job_continue', { job_id }, first);
  expect(last.message.result).toMatchObject({ structuredContent: { walked: ['one', 'gated'] } });
  expect(ledger.count('begin one')).toBe(1);
});

test('a client that declared no elicitation gets a handle at once', async () => {
  const [ledger, args] = walking('gated');
  const { message } = await call('walk', args, {}, false);
  expect(message.result).toMatchObject({ structuredContent: { status: 'running' } });
  ledger.open('gated');
});

test('a question is asked and answered in rounds', async () => {
  const first = await settled('greet', {}, await call('greet', {}));
  expect(first.message.result).toMatchObject({ inputRequests: { q1: { method: 'elicitation/create' } } });
  const second = await call('greet', {}, { requestState: stateOf(first), inputResponses: { q1: name('Ada') } });
  const last = await settled('greet', {}, second);
  expect(last.message.result).toMatchObject({ structuredContent: { greeting: 'Hello, Ada!' } });
});

test('of two questions the one that was not answered is asked again', async () => {
  const first = await settled('pair', {}, await call('pair', {}));
  expect(Object.keys(first.message.result?.['inputRequests'] as object)).toEqual(['q1', 'q2']);
  const second = await settled(
    'pair',
    {},
    await call('pair', {}, { requestState: stateOf(first), inputResponses: { q2: name('Bob') } }),
  );
  expect(Object.keys(second.message.result?.['inputRequests'] as object)).toEqual(['q1']);
  const third = await call('pair', {}, { requestState: stateOf(second), inputResponses: { q1: name('Ada') } });
  const last = await settled('pair', {}, third);
  expect(last.message.result).toMatchObject({ structuredContent: { names: ['Ada', 'Bob'] } });
});

test('an answer that does not fit is asked for again', async () => {
  const first = await settled('greet', {}, await call('greet', {}));
  const wrong = { q1: { action: 'accept', content: { nom: 'Ada' } } };
  const again = await settled(
    'greet',
    {},
    await call('greet', {}, { requestState: stateOf(first), inputResponses: wrong }),
  );
  expect(again.message.result).toMatchObject({ inputRequests: { q1: {} } });
  await call('greet', {}, { requestState: stateOf(again), inputResponses: { q1: { action: 'decline' } } });
});

test.each([null, { name: 'Ada' }])('a no with the content %j is a no', async (content) => {
  const first = await settled('greet', {}, await call('greet', {}));
  const no = { requestState: stateOf(first), inputResponses: { q1: { action: 'decline', content } } };
  const last = await settled('greet', {}, await call('greet', {}, no));
  expect(last.message.result).toMatchObject({ structuredContent: { greeting: 'Nobody there (decline).' } });
});

test.each(['q1', 7, []])('a call with inputResponses that are %j is refused', async (inputResponses) => {
  expect((await call('greet', {}, { inputResponses })).message.error?.code).toBe(-32602);
});

test('a call with inputResponses that are null brings none', async () => {
  const { message } = await call('greet', {}, { inputResponses: null });
  expect(message.result).toMatchObject({ resultType: 'input_required' });
});

test('a result of sampling that is none is asked for again', async () => {
  const args = { method: 'sampling/createMessage' };
  const ask = (more: object): Promise<RawAnswer> =>
    modern(url(), 'tools/call', declaring({ sampling: true }, { name: 'muse', arguments: args, ...more }));
  const comeBack = async (answer: RawAnswer): Promise<RawAnswer> =>
    answer.message.result?.['resultType'] !== 'input_required' || answer.message.result['inputRequests'] !== undefined
      ? answer
      : comeBack(await ask({ requestState: stateOf(answer) }));
  let answer = await comeBack(await ask({}));
  for (const q1 of [{}, { role: 'assistant', model: 'm' }]) {
    answer = await comeBack(await ask({ requestState: stateOf(answer), inputResponses: { q1 } }));
    expect(answer.message.result).toMatchObject({ inputRequests: { q1: { method: 'sampling/createMessage' } } });
  }
  const q1 = { role: 'assistant', model: 'm', content: { type: 'text', text: 'a word' } };
  answer = await comeBack(await ask({ requestState: stateOf(answer), inputResponses: { q1 } }));
  expect(answer.message.result).toMatchObject({ structuredContent: { action: 'accept', content: q1 } });
});

test('a client that can take none of the questions waits out its patience and gets a handle, not rounds', async () => {
  const before = Date.now();
  const first = await call('muse', { method: 'roots/list' });
  expect(Date.now() - before).toBeGreaterThanOrEqual(400);
  // On a busy machine the job may not have asked by then: that round brings nothing but time.
  const { message } = await settled('muse', { method: 'roots/list' }, first);
  expect(message.result).toMatchObject({ resultType: 'complete', structuredContent: { status: 'input_required' } });
});

test('approval is asked of a person before anything happens', async () => {
  const first = await settled('wipe', { text: 'all' }, await call('wipe', { text: 'all' }));
  expect(first.message.result).toMatchObject({
    inputRequests: { q1: { params: { message: expect.stringContaining('"all"') as unknown } } },
  });
  const no = { requestState: stateOf(first), inputResponses: { q1: { action: 'decline' } } };
  const last = await settled('wipe', { text: 'all' }, await call('wipe', { text: 'all' }, no));
  expect(last.message.result).toMatchObject({ isError: true, structuredContent: { error: { kind: 'refused' } } });
});

test.each(['nonsense', 'e30.e30', ''])('the state "%s" is refused', async (requestState) => {
  const { status, message } = await call('echo', { text: 'hi' }, { requestState });
  expect([status, message.error?.code]).toEqual([200, -32602]);
});

test('a state belongs to its tool', async () => {
  const [ledger, args] = walking('gated');
  const first = await call('walk', args);
  const { message } = await call('echo', { text: 'hi' }, { requestState: stateOf(first) });
  expect(message.error?.code).toBe(-32602);
  ledger.open('gated');
});
