/** A worker that the supervisor no longer hears. */
import { join } from 'node:path';
import { watchSilence } from '../../cli/dev/silence';
import { FakeProcess } from '../fixtures/fake-process';
import { watchTimers } from '../fixtures/timers';

let timersLeft: () => number;
function fakeClock(): void {
  jest.useFakeTimers();
  timersLeft = watchTimers(join(__dirname, '..', '..', 'cli'));
}

function watched() {
  const child = new FakeProcess();
  const said: string[] = [];
  return { child, said, silent: watchSilence(child, (line) => said.push(line)) };
}

beforeEach(fakeClock);
afterEach(() => jest.useRealTimers());

test('is named after ten seconds, and ended after 45', () => {
  const { child, said, silent } = watched();
  jest.advanceTimersByTime(9_000);
  expect(silent()).toBe(false);
  jest.advanceTimersByTime(1_000);
  expect(silent()).toBe(true);
  expect(said).toEqual(['(process 7) has not answered for 10 s: it is frozen, or a step holds its event loop.']);
  jest.advanceTimersByTime(34_000);
  expect(child.signals).toEqual([]);
  jest.advanceTimersByTime(1_000);
  expect(child.signals).toEqual(['SIGKILL']);
  child.emit('exit');
  expect(timersLeft()).toBe(0);
});

test('is well again when it answers', () => {
  const { child, said, silent } = watched();
  jest.advanceTimersByTime(44_000);
  child.emit('message', { alive: true });
  expect(silent()).toBe(false);
  expect(said.at(-1)).toBe('(process 7) answers again.');
  jest.advanceTimersByTime(44_000);
  expect(child.signals).toEqual([]);
});

test('is not heard by what else it says', () => {
  const { child, silent } = watched();
  jest.advanceTimersByTime(9_000);
  child.emit('message', { leaving: true });
  jest.advanceTimersByTime(1_000);
  expect(silent()).toBe(true);
});
