/** A start that Temporal did not acknowledge, where the job may be there all the same; and the jobs of one key, one after the other. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { z } from 'zod';
import { Problem } from '../../../gateway/errors';
import { argsHash, createIds } from '../../../gateway/ids';
import type { JobRef } from '../../../gateway/ids';
import { createCarry } from '../../../gateway/carried';
import type { Carry } from '../../../gateway/carried';
import { createStore } from '../../../gateway/jobs/connection';
import type { Store } from '../../../gateway/jobs/connection';
import type { Look } from '../../../gateway/jobs/look';
import type { Outcome } from '../../../gateway/jobs/outcome';
import { createStarts } from '../../../gateway/jobs/start';
import { newView } from '../../../gateway/jobs/view';
import type { JobView } from '../../../gateway/jobs/view';
import { authoredTools } from '../../../gateway/tools';
import { DEFAULT_POLICY } from '../../../workflows/contract';
import { defineTool } from '../../../workflows/define-tool';
import { fakeJobs } from '../../fixtures/fakes';

const [tool] = authoredTools([
  defineTool({ name: 'walk', description: 'Walks.', input: z.object({}), workflow: 'walk' }),
]).values();
const caller = { tenant: 'acme', subject: 'alice' };
const ids = createIds('x'.repeat(32));
const input = { steps: ['one'] };

/** A store whose RPCs are sent, and whose acknowledgements are lost. */
const nowhere = createStore({ connectionOptions: { address: '127.0.0.1:1' }, namespace: 'default' });
const deaf: Store = { ...nowhere, ask: () => Promise.reject(new Problem('unavailable', { refused: false })) };
afterAll(() => nowhere.connection.close());

const { outcomeOf } = fakeJobs();

async function startWith(look: Look): Promise<JobView> {
  if (!tool) throw new Error('There is no tool.');
  const { start } = createStarts({
    store: deaf,
    look,
    outcomeOf,
    ids,
    carry: createCarry({ weights: {}, keys: [] }, ids),
  });
  return (await start(tool, input, caller, { key: undefined, callback: undefined })).view;
}
const found =
  (hash: string): Look =>
  (ref) =>
    Promise.resolve({ ...newView(ref, 'walk', DEFAULT_POLICY), argsHash: hash });

test('a job that is there was started: the call goes on with it', async () => {
  expect(await startWith(found(argsHash(input)))).toMatchObject({ tool: 'walk', argsHash: argsHash(input) });
});

test('a call that is put off says when its job can begin; another one does not', async () => {
  if (!tool) throw new Error('There is no tool.');
  const carried: Parameters<Carry>[3][] = [];
  const carry: Carry = (...call) => {
    carried.push(call[3]);
    return createCarry({ weights: {}, keys: [] }, ids)(...call);
  };
  const { start } = createStarts({ store: deaf, look: found(argsHash(input)), outcomeOf, ids, carry });
  for (const delayMs of [3_600_000, 0])
    await start(tool, input, caller, { key: undefined, callback: undefined }, { delayMs });
  const [late, now] = carried;
  expect(Date.parse(late?.begins ?? '') - Date.parse(late?.at ?? '')).toBe(3_600_000);
  expect(now).not.toHaveProperty('begins');
});

test.each<[string, Look]>([
  ['that cannot be looked at', () => Promise.reject(new Problem('unavailable', { refused: true }))],
  ['that is not there', ({ id }) => Promise.reject(new Problem('unknown_job', { id }))],
  ['of another call', found('another hash')],
])('with a job %s nobody knows: the caller is told its id, to ask for it later', async (_what, look) => {
  await expect(startWith(look)).rejects.toMatchObject({
    code: 'unavailable',
    facts: { refused: false, id: expect.stringMatching(/^job_/) },
    message: expect.stringMatching(/Whether the call was accepted is not known\. In 2 s ask job_wait/),
  });
});

describe('a key whose jobs have failed', () => {
  const freed: Outcome = {
    kind: 'failed',
    failure: 'unavailable',
    sentence: 'The bank answered 503.',
    detail: { sideEffect: 'none' },
  };
  const spent: Outcome = { ...freed, detail: { sideEffect: 'unknown', attempt: 1, of: 1 } };

  /** Calls with a key whose first jobs ended with `outcomes`. Any other job is not there yet. */
  function withEnded(...outcomes: readonly Outcome[]) {
    if (!tool) throw new Error('There is no tool.');
    const at = ({ id }: JobRef): number => outcomes.findIndex((_, n) => ids.newRef(caller, 'walk', 'k', n).id === id);
    const started: JobRef[] = [];
    const isThere = (ref: JobRef): boolean => at(ref) >= 0 || started.some(({ id }) => id === ref.id);
    const client = {
      workflow: {
        start: (_type: string, { workflowId }: { readonly workflowId: string }) => {
          const ref = { id: workflowId.split('/').at(-1) as JobRef['id'], workflowId };
          if (at(ref) >= 0) throw new WorkflowExecutionAlreadyStartedError('There is one already.', workflowId, 'walk');
          started.push(ref);
        },
      },
    } as unknown as Store['client'];
    const starts = createStarts({
      store: { ask: async (run) => run(), client },
      look: (ref) => {
        const view = { ...newView(ref, 'walk', DEFAULT_POLICY), argsHash: argsHash(input) };
        if (!isThere(ref)) return Promise.reject(new Problem('unknown_job', { id: ref.id }));
        return Promise.resolve(at(ref) >= 0 ? { ...view, status: 'failed' } : view);
      },
      outcomeOf: (ref) => Promise.resolve(outcomes[at(ref)] ?? freed),
      ids,
      carry: createCarry({ weights: {}, keys: [] }, ids),
    });
    return {
      started,
      start: () => starts.start(tool, input, caller, { key: 'k', callback: undefined }),
      joined: () => starts.joined(tool, input, caller, 'k'),
    };
  }
  const idAfter = (failures: number): string => ids.newRef(caller, 'walk', 'k', failures).id;

  test('without effect begins the next', async () => {
    const { start, started } = withEnded(freed, freed);
    expect(await start()).toMatchObject({ view: { ref: { id: idAfter(2) } }, replayed: false });
    expect(started.map(({ id }) => id)).toEqual([idAfter(2)]);
  });

  test('in any other way stays with the last', async () => {
    const { start, started } = withEnded(freed, spent);
    expect(await start()).toMatchObject({ view: { ref: { id: idAfter(1) } }, replayed: true });
    expect(started).toEqual([]);
  });

  test('without effect has none to come back to, for a caller over the quota', async () => {
    await expect(withEnded(freed).joined()).rejects.toMatchObject({ code: 'unknown_job' });
    expect(await withEnded(spent).joined()).toMatchObject({ view: { ref: { id: idAfter(0) } }, replayed: true });
  });

  test('50 times is worn', async () => {
    const { start } = withEnded(...Array.from({ length: 50 }, () => freed));
    await expect(start()).rejects.toMatchObject({
      code: 'worn_key',
      message: expect.stringContaining('with a new idempotency key'),
    });
  });
});
