/** When a task changed last, and when to ask for it again. */
import type { JobRef } from '../../../gateway/ids';
import { newView } from '../../../gateway/jobs/view';
import type { JobView } from '../../../gateway/jobs/view';
import { coreTask, detailedTask } from '../../../gateway/words/task';
import { DEFAULT_POLICY } from '../../../workflows/contract';

const ref: JobRef = { id: 'job_7k3m9q2x4v8ht5wz', workflowId: 'acme/2h24zh1vhj/job_7k3m9q2x4v8ht5wz' };
const NOON = Date.parse('2026-11-26T12:00:00Z');
const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];

beforeEach(() => jest.useFakeTimers({ now: NOON }));
afterEach(() => jest.useRealTimers());

const viewWith = (change: Partial<JobView>): JobView => ({ ...newView(ref, 'walk', DEFAULT_POLICY), ...change });
const ago = (ms: number): Partial<JobView> => ({ startedAt: new Date(NOON - ms) });
const question = { key: 'q1', message: 'Who?', schema: {}, expiresAt: '2026-11-27T12:00:00Z' };

test.each<[string, Partial<JobView>, number]>([
  ['has just begun', ago(0), SECOND],
  ['began 10 s ago', ago(10 * SECOND), 5 * SECOND],
  ['began 2 minutes ago', ago(2 * MINUTE), 15 * SECOND],
  ['began 15 minutes ago', ago(15 * MINUTE), 30 * SECOND],
  [
    'asks a person, however long it has run',
    { ...ago(HOUR), status: 'input_required', questions: [question] },
    5 * SECOND,
  ],
  ['begins in 20 s', { delayMs: 20 * SECOND }, 20 * SECOND],
  ['begins at any moment', { delayMs: 10 }, SECOND],
  ['begins tomorrow', { delayMs: 24 * HOUR }, 5 * MINUTE],
])('a task that %s is asked for again at the right time', (_what, change, ms) => {
  const view = viewWith(change);
  expect(detailedTask(view, undefined, new Set()).pollIntervalMs).toBe(ms);
  expect(coreTask(view, undefined, new Set()).pollInterval).toBe(ms);
});

test('a task that was told to stop has not ended: it works, and can be asked nothing', () => {
  const view = viewWith({ cancelling: true, status: 'input_required', questions: [question] });
  const told = { status: 'working', statusMessage: expect.stringContaining('told to stop') as string };
  expect(detailedTask(view, undefined, new Set(['elicitation']))).toMatchObject(told);
  expect(coreTask(view, undefined, new Set(['elicitation']))).toMatchObject(told);
});

const at = (time: string): string => `2026-11-26T${time}:00.000Z`;
const started: Partial<JobView> = { startedAt: new Date(at('11:00')) };
const stepped: Partial<JobView> = { ...started, progress: { done: 1, message: 'Taking two', at: at('11:10') } };

test.each<[string, Partial<JobView>, string]>([
  ['its start', started, at('11:00')],
  ['its last step', stepped, at('11:10')],
  ['its last question', { ...stepped, questions: [{ ...question, at: at('11:20') }] }, at('11:20')],
  [
    'the moment that it was told to stop',
    { ...stepped, cancelling: true, cancelledAt: new Date(at('11:30')) },
    at('11:30'),
  ],
  ['its end', { ...stepped, status: 'done', closedAt: new Date(at('11:40')) }, at('11:40')],
])('a task was last updated at %s', (_what, change, time) => {
  expect(detailedTask(viewWith(change), undefined, new Set()).lastUpdatedAt).toBe(time);
});
