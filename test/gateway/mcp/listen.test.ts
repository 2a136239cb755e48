/** Subscriptions to tasks: how many there may be, how they stay open, and when they are over. */
import { IncomingMessage, ServerResponse, createServer } from 'node:http';
import type { Server } from 'node:http';
import { Socket } from 'node:net';
import { createIds } from '../../../gateway/ids';
import { newView } from '../../../gateway/jobs/view';
import type { JobView } from '../../../gateway/jobs/view';
import { createListeners } from '../../../gateway/mcp/listen';
import type { Listeners, ListenersNeeds, Subscription } from '../../../gateway/mcp/listen';
import { DEFAULT_POLICY } from '../../../workflows/contract';
import type { Caller } from '../../../workflows/contract';
import { fakeAnswers, fakeJobs, fakeWatch } from '../../fixtures/fakes';
import { listening } from '../../fixtures/listening';
import { modernMeta } from '../../fixtures/raw';

const [tenant, ids] = ['acme', createIds('x'.repeat(32))];
const alice: Caller = { tenant, subject: 'alice' };
const bob: Caller = { tenant, subject: 'bob' };
const eve: Caller = { tenant, subject: 'eve' };
const { id } = ids.newRef(alice, 'walk', 'k');

/** Listeners whose doors are not to be used, but for those in `changes`. */
const newListeners = (changes: Partial<ListenersNeeds> = {}): Listeners =>
  createListeners({
    jobs: fakeJobs(),
    watch: fakeWatch(),
    answers: fakeAnswers(),
    ids,
    serverInfo: { name: 'holdfast', version: '0' },
    ...changes,
  });

const subscriptionTo = (...taskIds: readonly string[]): Subscription => ({
  id: 's1',
  method: 'subscriptions/listen',
  params: { notifications: { taskIds }, _meta: modernMeta({ extensions: { 'io.modelcontextprotocol/tasks': {} } }) },
});

/** Subscriptions that stay open until `hangUp`: their first look at the job is not answered before. */
function openSubscriptions() {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  const looks: ((view: JobView) => void)[] = [];
  const { listen, problemWith } = newListeners({
    jobs: fakeJobs({ look: () => new Promise((resolve) => looks.push(resolve)) }),
  });
  const served: Promise<void>[] = [];
  return {
    open(caller: Caller, times: number): void {
      for (let n = 0; n < times; n += 1) served.push(listen(subscriptionTo(id), caller, response));
    },
    problemOf: (caller: Caller): string | undefined => problemWith(subscriptionTo(id), caller)?.code,
    /** Ends when each look was answered: their answers come in turns. */
    async hangUp(): Promise<void> {
      response.destroy();
      const view = newView(ids.newRef(alice, 'walk', 'k'), 'walk', DEFAULT_POLICY);
      for (; looks.length > 0; await new Promise(setImmediate)) for (const answer of looks.splice(0)) answer(view);
      await Promise.all(served);
    },
  };
}

test('a caller may have 1,000 open, whatever others have', () => {
  const { open, problemOf } = openSubscriptions();
  open(alice, 999);
  expect(problemOf(alice)).toBeUndefined();
  open(alice, 1);
  expect(problemOf(alice)).toBe('too_many_streams');
  expect(problemOf(bob)).toBeUndefined();
});

test('a gateway may have 2,000 open', () => {
  const { open, problemOf } = openSubscriptions();
  open(alice, 1_000);
  open(bob, 999);
  expect(problemOf(eve)).toBeUndefined();
  open(bob, 1);
  expect(problemOf(eve)).toBe('too_many_streams');
});

test('those that have ended do not count', async () => {
  const { open, problemOf, hangUp } = openSubscriptions();
  open(alice, 1_000);
  open(bob, 1_000);
  await hangUp();
  expect([alice, bob, eve].map(problemOf)).toEqual([undefined, undefined, undefined]);
  open(alice, 999);
  expect(problemOf(alice)).toBeUndefined();
});

test('one may be to 100 tasks', () => {
  const { problemWith } = newListeners();
  expect(problemWith(subscriptionTo(...Array<string>(100).fill(id)), alice)).toBeUndefined();
  expect(problemWith(subscriptionTo(...Array<string>(101).fill(id)), alice)).toMatchObject({
    code: 'wrong_params',
    message: 'This is no subscription to tasks: taskIds: Too big: expected array to have <=100 items.',
  });
});

test('one to what is no id is refused with what stands where', () => {
  const { problemWith } = newListeners();
  const { params, ...rest } = subscriptionTo();
  const odd = { ...rest, params: { ...params, notifications: { taskIds: [id, 5] } } };
  expect(problemWith(odd, alice)).toMatchObject({
    code: 'wrong_params',
    message: 'This is no subscription to tasks: taskIds.1: Invalid input: expected string, received number.',
  });
});

describe('one that is open', () => {
  let server: Server;
  afterEach(() => {
    jest.useRealTimers();
    server.close().closeAllConnections();
  });

  /** The address of a subscription to one job, which stays as it is. */
  function subscribed(change: Partial<JobView>): Promise<string> {
    const view: JobView = { ...newView(ids.newRef(alice, 'walk', 'k'), 'walk', DEFAULT_POLICY), ...change };
    const { listen } = newListeners({
      jobs: fakeJobs({ look: () => Promise.resolve(view) }),
      watch: fakeWatch({ follow: () => () => undefined }),
    });
    server = createServer((_request, response) => void listen(subscriptionTo(id), alice, response));
    return listening(server);
  }

  test('is kept alive every 15 s', async () => {
    const url = await subscribed({});
    const others = ['setImmediate', 'clearImmediate', 'setTimeout', 'clearTimeout'] as const;
    jest.useFakeTimers({ doNotFake: ['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask', ...others] });
    const response = await fetch(url, { method: 'POST' });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let said = '';
    const until = async (words: string): Promise<void> => {
      while (!said.includes(words)) said += (await reader?.read())?.value ?? '';
    };
    await until('notifications/tasks');
    jest.advanceTimersByTime(15_000);
    await until(': keepalive');
    await reader?.cancel();
  }, 5_000);
});
