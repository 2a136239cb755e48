/** What becomes of a call whose job goes on: what its client is told, and whether a hang-up ends the job. */
import type { Result } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { call } from '../../../gateway/call/call';
import type { ClientFacts } from '../../../gateway/call/client';
import type { CallNeeds, CallRequest } from '../../../gateway/call/request';
import { createRounds } from '../../../gateway/call/rounds';
import type { WaitOptions } from '../../../gateway/call/watch';
import { createIds } from '../../../gateway/ids';
import { isRecord } from '../../../gateway/json';
import { newView } from '../../../gateway/jobs/view';
import type { JobView } from '../../../gateway/jobs/view';
import { createSeals } from '../../../gateway/seal';
import { authoredTools } from '../../../gateway/tools';
import { DEFAULT_POLICY } from '../../../workflows/contract';
import type { Question } from '../../../workflows/contract';
import { defineTool } from '../../../workflows/define-tool';
import { fakeAnswers, fakeJobs, fakeRequest, fakeWatch } from '../../fixtures/fakes';

const secret = 'x'.repeat(32);
const [ids, seals] = [createIds(secret), createSeals(secret)];
const caller = { tenant: 'acme', subject: 'alice' };
const running = newView(ids.newRef(caller, 'walk', 'k'), 'walk', DEFAULT_POLICY);

const plain = { description: 'Walks.', input: z.object({}), workflow: 'walk' };
const tools = authoredTools([
  defineTool({ ...plain, name: 'walk' }),
  defineTool({ ...plain, name: 'leash', policy: { onDisconnect: 'cancel' } }),
]);

/** A gateway whose every wait ends without news: the job stays as `view` shows it. */
function gatewayWith(view: JobView, draining = false) {
  const cancelled: string[] = [];
  const waits: WaitOptions[] = [];
  const jobs = fakeJobs({
    look: () => Promise.resolve(view),
    cancel: ({ id }) => Promise.resolve(cancelled.push(id)),
  });
  const rounds = createRounds({ jobs, respond: () => Promise.resolve({ kind: 'taken' }), ids, seals });
  const needs: CallNeeds = {
    begin: () => Promise.resolve({ kind: 'held', ref: view.ref, view, replayed: false, answered: [] }),
    jobs,
    rounds,
    watch: fakeWatch({
      wait: (_ref, options) => {
        waits.push(options);
        return Promise.resolve(undefined);
      },
      draining: () => draining,
    }),
    answers: fakeAnswers({ stateOf: () => Promise.resolve({ kind: 'open', view }) }),
    graceMs: 2_000,
  };
  return {
    cancelled,
    waits,
    rounds,
    call(name: string, client: Partial<ClientFacts>, more: Partial<CallRequest> = {}): Promise<Result> {
      const tool = tools.get(name);
      if (!tool) throw new Error(`There is no tool ${name}.`);
      const facts: ClientFacts = { era: 'modern', name: undefined, tasks: false, can: new Set(), ...client };
      const request = fakeRequest(caller, { client: facts, patienceMs: () => 1_000, ...more });
      return call({ tool, input: { ok: true, input: {} } }, request, needs);
    },
  };
}

describe('a hang-up', () => {
  const gone = AbortSignal.abort();

  test('ends the job of a tool that says so', async () => {
    const gateway = gatewayWith(running);
    await gateway.call('leash', {}, { signal: gone });
    expect(gateway.cancelled).toEqual([running.ref.id]);
  });

  const keyed = { key: 'k', callback: undefined };
  test.each<[string, string, Partial<ClientFacts>, Partial<CallRequest>, boolean]>([
    ['of a tool that does not say so', 'walk', {}, { signal: gone }, false],
    ['that has a key, since others may wait for it', 'leash', {}, { signal: gone, origin: keyed }, false],
    ['of a 2025 client, whose connections break', 'leash', { era: 'legacy' }, { signal: gone }, false],
    ['while the gateway stops: it may be the gateway that hangs up', 'leash', {}, { signal: gone }, true],
    ['of a client that is still there', 'leash', {}, {}, false],
  ])('does not end the job %s', async (_what, tool, client, request, draining) => {
    const gateway = gatewayWith(running, draining);
    await gateway.call(tool, client, request);
    expect(gateway.cancelled).toEqual([]);
  });
});

describe('an abort', () => {
  const taken = { signal: AbortSignal.abort(), aborted: () => Promise.resolve(true) };

  test('ends the job of a 2025 client, whatever its tool says of hang-ups', async () => {
    const gateway = gatewayWith(running);
    await gateway.call('walk', { era: 'legacy' }, taken);
    expect(gateway.cancelled).toEqual([running.ref.id]);
  });

  test('does not end a job that has a key, since others may wait for it', async () => {
    const gateway = gatewayWith(running);
    await gateway.call('walk', { era: 'legacy' }, { ...taken, origin: { key: 'k', callback: undefined } });
    expect(gateway.cancelled).toEqual([]);
  });
});

const asked = (key: string): Question => ({ key, message: 'Who?', schema: {}, expiresAt: '2999-01-01T00:00:00Z' });
const asking: JobView = { ...running, status: 'input_required', questions: [asked('q1'), asked('q2')] };
const can = new Set(['elicitation'] as const);

test('a client of tasks whose job asks within the grace is asked at once', async () => {
  const result = await gatewayWith(asking).call('walk', { tasks: true, can });
  expect(result).toMatchObject({ resultType: 'input_required', inputRequests: { q1: {}, q2: {} } });
});

test('a client of tasks that cannot be asked gets its task', async () => {
  const result = await gatewayWith(asking).call('walk', { tasks: true });
  expect(result).toMatchObject({ resultType: 'task', taskId: running.ref.id, status: 'working' });
});

test('a question is not asked again once it was answered, though a job without workers still shows it', async () => {
  const gateway = gatewayWith(asking);
  const questionsIn = ({ inputRequests }: Result): string[] =>
    isRecord(inputRequests) ? Object.keys(inputRequests) : [];
  const next = ({ requestState }: Result, key: string): Promise<Result> =>
    gateway.call(
      'walk',
      { can },
      { round: gateway.rounds.read(String(requestState), caller), responses: { [key]: {} } },
    );

  const first = await gateway.call('walk', { can });
  const second = await next(first, 'q1');
  const third = await next(second, 'q2');
  expect([first, second, third].map(questionsIn)).toEqual([['q1', 'q2'], ['q2'], []]);
  expect(gateway.waits.map(({ answered }) => answered)).toEqual([[], ['q1'], ['q1', 'q2']]);
});
