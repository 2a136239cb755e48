/** The note that a client carries from one round to the next: whose it is, and how long it is good for. */
import { createRounds } from '../../../gateway/call/rounds';
import { createIds } from '../../../gateway/ids';
import { newView } from '../../../gateway/jobs/view';
import { createSeals } from '../../../gateway/seal';
import { DEFAULT_POLICY } from '../../../workflows/contract';
import type { Question } from '../../../workflows/contract';
import { fakeJobs } from '../../fixtures/fakes';

const secret = 'x'.repeat(32);
const [ids, seals] = [createIds(secret), createSeals(secret)];
const caller = { tenant: 'acme', subject: 'alice' };
const rounds = createRounds({ jobs: fakeJobs(), respond: () => Promise.resolve({ kind: 'closed' }), ids, seals });

const noon = Date.parse('2026-11-26T12:00:00Z');
const [minute, hour] = [60_000, 3_600_000];

beforeEach(() => jest.useFakeTimers({ now: noon }));
afterEach(() => jest.useRealTimers());

/** The note of a round that asks these questions. */
function noteOf(...questions: readonly Question[]): string {
  const view = newView(ids.newRef(caller, 'greet', undefined), 'greet', DEFAULT_POLICY);
  const round = rounds.next({ view, args: 'hash', before: undefined, answered: [], questions, caller });
  return round?.requestState ?? '';
}

test('after a round that brought nothing but time it is good for ten minutes', () => {
  const note = noteOf();
  jest.setSystemTime(noon + 10 * minute);
  expect(rounds.read(note, caller)).toMatchObject({ tool: 'greet', rounds: 1 });
  jest.setSystemTime(noon + 10 * minute + 1);
  expect(() => rounds.read(note, caller)).toThrow('too old');
});

test('with a question it is good until that expires', () => {
  const note = noteOf({ key: 'q1', message: 'Who?', schema: {}, expiresAt: new Date(noon + hour).toISOString() });
  jest.setSystemTime(noon + hour);
  expect(rounds.read(note, caller)).toMatchObject({ tool: 'greet' });
  jest.setSystemTime(noon + hour + 1);
  expect(() => rounds.read(note, caller)).toThrow('too old');
});

test('it is good for nobody but the caller who got it', () => {
  expect(() => rounds.read(noteOf(), { ...caller, subject: 'bob' })).toThrow('Not a note of this gateway');
});
