/** Callers who are over their quota: what they may still come back to. */
import { z } from 'zod';
import { createBegin } from '../../../gateway/call/begin';
import type { Held } from '../../../gateway/call/begin';
import { Problem } from '../../../gateway/errors';
import { createIds } from '../../../gateway/ids';
import type { Begun } from '../../../gateway/jobs/keys';
import { newView } from '../../../gateway/jobs/view';
import type { JobView } from '../../../gateway/jobs/view';
import { authoredTools } from '../../../gateway/tools';
import type { Full } from '../../../gateway/words/rejected';
import { DEFAULT_POLICY } from '../../../workflows/contract';
import { defineTool } from '../../../workflows/define-tool';
import { fakeJobs } from '../../fixtures/fakes';

const [tool] = authoredTools([
  defineTool({ name: 'walk', description: 'Walks.', input: z.object({}), workflow: 'walk' }),
]).values();
const caller = { tenant: 'acme', subject: 'alice' };
const ref = createIds('x'.repeat(32)).newRef(caller, 'walk', 'k');
const view = newView(ref, 'walk', DEFAULT_POLICY);
const full: Full = { kind: 'full', limit: 2, of: 'caller', what: 'jobs running' };

/** Begins a call of someone over their quota. Each look for the job with its key finds one of `found`, or none. */
async function beginFull(key: string | undefined, ...found: readonly (JobView | undefined)[]) {
  if (!tool) throw new Error('There is no tool.');
  const looks = [...found];
  const joined = (): Promise<Begun> => {
    const next = looks.shift();
    return next
      ? Promise.resolve({ view: next, replayed: false })
      : Promise.reject(new Problem('unknown_job', { id: ref.id }));
  };
  const origin = { key, callback: undefined };
  const admission = { admit: () => Promise.resolve(full) };
  const begin = createBegin({ jobs: fakeJobs({ joined }), admission });
  const begun: Held | Full = await begin(tool, {}, { caller, origin });
  return { begun, looksLeft: looks.length };
}

test('a call whose key has a job comes back to that', async () => {
  expect(await beginFull('k', view)).toEqual({
    begun: { kind: 'held', ref, view, replayed: false, answered: [] },
    looksLeft: 0,
  });
});

test('a call that comes a moment before the job with its key does, too', async () => {
  expect(await beginFull('k', undefined, view)).toEqual({
    begun: { kind: 'held', ref, view, replayed: false, answered: [] },
    looksLeft: 0,
  });
});

test('a call whose key has no job is kept out', async () => {
  expect(await beginFull('k', undefined, undefined)).toEqual({ begun: full, looksLeft: 0 });
});

test('a call without a key is kept out at once', async () => {
  expect(await beginFull(undefined, view)).toEqual({ begun: full, looksLeft: 1 });
});

describe('calls that come at once', () => {
  const place = { kind: 'place' as const, keepFor: () => undefined, giveBack: () => undefined };

  /** Begins 1,000 of them, with the arguments that `argsOf` gives each, and counts what that asked for. */
  async function beginMany(key: string | undefined, argsOf: (n: number) => unknown) {
    if (!tool) throw new Error('There is no tool.');
    const { name } = tool;
    let starts = 0;
    let places = 0;
    const begin = createBegin({
      jobs: fakeJobs({
        start: async () => {
          starts += 1;
          await new Promise(setImmediate);
          return { view: newView(ref, name, DEFAULT_POLICY), replayed: false };
        },
      }),
      admission: { admit: () => Promise.resolve(((places += 1), place)) },
    });
    const origin = { key, callback: undefined };
    const many = Array.from({ length: 1_000 }, (_, n) => begin(tool, argsOf(n), { caller, origin }));
    const begun = await Promise.all(many);
    return { starts, places, answers: new Set(begun).size };
  }

  test('with one key and the same arguments go as one', async () => {
    expect(await beginMany('k', () => ({ a: 1 }))).toEqual({ starts: 1, places: 1, answers: 1 });
  });

  test('with one key and other arguments go by themselves, to be told of the conflict', async () => {
    expect(await beginMany('k', (n) => ({ a: n % 2 }))).toMatchObject({ starts: 2 });
  });

  test('without a key go by themselves', async () => {
    expect(await beginMany(undefined, () => ({ a: 1 }))).toMatchObject({ starts: 1_000, places: 1_000 });
  });
});
