/** What a client hears while it waits: it may have set its own timer by that. */
import type { JobRef } from '../../../gateway/ids';
import { newView } from '../../../gateway/jobs/view';
import type { JobView } from '../../../gateway/jobs/view';
import { createProgress } from '../../../gateway/mcp/progress';
import type { ProgressParams, ProgressReport } from '../../../gateway/mcp/progress';
import { DEFAULT_POLICY } from '../../../workflows/contract';

const ref: JobRef = { id: 'job_7k3m9q2x4v8ht5wz', workflowId: 'acme/2h24zh1vhj/job_7k3m9q2x4v8ht5wz' };
/** The job in its second step of three. */
const listing: JobView = {
  ...newView(ref, 'analyze_repository', DEFAULT_POLICY),
  progress: { done: 1, total: 3, message: 'Listing files' },
};

let heard: ProgressParams[];
let report: ProgressReport;

beforeEach(() => {
  jest.useFakeTimers();
  heard = [];
  report = createProgress('token', (params) => heard.push(params));
});
afterEach(() => {
  report.stop();
  jest.useRealTimers();
});

test('a client hears every 10 s that its call was accepted, until the job is heard of', () => {
  jest.advanceTimersByTime(9_999);
  expect(heard).toEqual([]);
  jest.advanceTimersByTime(20_001);
  expect(heard.map(({ message }) => message)).toEqual(Array(3).fill('Accepted; waiting for the first step'));
});

test('in a long step it hears every 10 s where the job is', () => {
  report.show?.(listing);
  jest.advanceTimersByTime(30_000);
  expect(heard).toHaveLength(4);
  for (const { message, total, progressToken } of heard)
    expect([message, total, progressToken]).toEqual([`${ref.id}, step 2 of 3: Listing files`, 3, 'token']);
});

test('what is wrong with the job is said, too', () => {
  report.show?.({ ...listing, trouble: 'an operator has paused it' });
  expect(heard[0]?.message).toBe(`${ref.id}, step 2 of 3: Listing files; an operator has paused it`);
});

test('progress grows with every notification, and time alone never finishes a step', () => {
  report.show?.(listing);
  jest.advanceTimersByTime(600_000);
  report.show?.({ ...listing, progress: { done: 2, total: 3, message: 'Reading the history' } });
  const values = heard.map(({ progress }) => progress);
  expect(values).toEqual([...new Set(values)].sort((a, b) => a - b));
  expect(values.slice(0, -1).every((value) => value >= 1 && value < 2)).toBe(true);
  expect(values.at(-1)).toBe(2);
});

test('the number is what the message says, also within a step', () => {
  const first = { ...listing, progress: { done: 0, total: 3, message: 'Listing files' } };
  report.show?.(first);
  report.show?.({ ...first, within: { done: 1, total: 5 } });
  expect(heard.map(({ progress }) => progress)).toEqual([0, 0.2]);
  expect(heard[1]?.message).toBe(`${ref.id}, step 1 of 3: Listing files (1/5)`);
});

test('a step that begins again takes nothing back', () => {
  report.show?.({ ...listing, within: { done: 4, total: 5 } });
  report.show?.({ ...listing, within: { done: 0, total: 5 } });
  const [before = 0, after = 0] = heard.map(({ progress }) => progress);
  expect(after).toBeGreaterThan(before);
  expect(after).toBeLessThan(2);
});

test('a client never hears of more than there is in all', () => {
  report.show?.({ ...listing, progress: { done: 3, total: 3, message: 'Listing files again' } });
  jest.advanceTimersByTime(60_000);
  expect(heard.every(({ progress, total = progress }) => progress <= total)).toBe(true);
});

test('nothing is said after the answer', () => {
  report.show?.(listing);
  report.stop();
  jest.advanceTimersByTime(60_000);
  expect(heard).toHaveLength(1);
});

test('a client that sent no progress token hears nothing', () => {
  const silent = createProgress(undefined, (params) => heard.push(params));
  silent.show?.(listing);
  jest.advanceTimersByTime(60_000);
  silent.stop();
  expect(heard.filter(({ message }) => message.includes('Listing files'))).toEqual([]);
});
