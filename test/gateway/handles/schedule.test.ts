/** `job_schedule`: which calls can be put off, and by how long. */
import { z } from 'zod';
import { createJobSchedule } from '../../../gateway/handles/schedule';
import { createIds } from '../../../gateway/ids';
import { newView } from '../../../gateway/jobs/view';
import { authoredTools } from '../../../gateway/tools';
import { DEFAULT_POLICY } from '../../../workflows/contract';
import { defineTool } from '../../../workflows/define-tool';
import { fakeAnswers, fakeJobs, fakeRequest } from '../../fixtures/fakes';
import { dataOf, textOf } from '../../fixtures/stack';

const caller = { tenant: 'acme', subject: 'alice' };
const ref = createIds('x'.repeat(32)).newRef(caller, 'walk', undefined);
const plain = { description: 'Walks.', input: z.object({}), workflow: 'walk' };
const tools = authoredTools([
  defineTool({ ...plain, name: 'walk' }),
  defineTool({ ...plain, name: 'muse', needs: ['sampling'] }),
]);
const none = { caller: () => Promise.resolve(0), tenant: () => Promise.resolve(0) };

const noon = Date.parse('2026-11-26T12:00:00Z');
const in30Days = noon + 30 * 24 * 3_600_000;
beforeEach(() => jest.useFakeTimers({ now: noon }));
afterEach(() => jest.useRealTimers());

/** Schedules a call of a client of 2026-07-28 that declares nothing. Whatever is started is put off. */
function schedule(args: Readonly<Record<string, unknown>>) {
  const delays: (number | undefined)[] = [];
  const jobs = fakeJobs({
    putOff: none,
    start: (_tool, _input, _caller, _origin, { delayMs = 0 } = {}) => {
      delays.push(delayMs);
      return Promise.resolve({ view: newView(ref, 'walk', DEFAULT_POLICY, { delayMs }), replayed: false });
    },
  });
  const companion = createJobSchedule({ jobs, answers: fakeAnswers() }, tools, () => ({
    perCaller: 10,
    perTenant: 10,
  }));
  const client = { era: 'modern' as const, name: undefined, tasks: false, can: new Set<never>() };
  return { delays, answer: companion.run({ tool: 'walk', ...args }, fakeRequest(caller, { client })) };
}
const at = (ms: number): string => new Date(ms).toISOString();

test('a call can be put off by 30 days', async () => {
  const { answer, delays } = schedule({ run_at: at(in30Days) });
  expect(dataOf(await answer)).toMatchObject({ job_id: ref.id, begins_at: at(in30Days) });
  expect(delays).toEqual([in30Days - noon]);
});

test.each<[string, Readonly<Record<string, unknown>>]>([
  ['put off by more than 30 days', { run_at: at(in30Days + 1) }],
  ['put off to this very moment', { run_at: at(noon) }],
  ['both put off and repeated', { run_at: at(in30Days), every: '1 day' }],
  ['neither put off nor repeated', {}],
])('a call cannot be %s', async (_what, args) => {
  const { answer, delays } = schedule(args);
  expect(textOf(await answer)).toBe('Give either run_at, in the future and within 30 days, or every.');
  expect(delays).toEqual([]);
});

test('a client that lacks what the tool needs is refused now, and not by a job that nobody waits for', async () => {
  await expect(schedule({ tool: 'muse', run_at: at(in30Days) }).answer).rejects.toMatchObject({ code: -32021 });
});
