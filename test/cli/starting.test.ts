/** A process of the stack that does not get ready. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../../cli/dev/child';
import { isAlive } from '../../cli/dev/record';
import { watchStart } from '../../cli/dev/starting';
import { eventually } from '../fixtures/eventually';
import { FakeProcess } from '../fixtures/fake-process';
import { watchTimers } from '../fixtures/timers';

function watched() {
  const child = new FakeProcess();
  const said: string[] = [];
  const stopping = new AbortController();
  const ready = watchStart(child, (line) => said.push(line), stopping.signal);
  return { child, said, stopping, ready };
}

describe('as its supervisor sees it', () => {
  let timersLeft: () => number;
  beforeEach(() => {
    jest.useFakeTimers();
    timersLeft = watchTimers(join(__dirname, '..', '..', 'cli'));
  });
  afterEach(() => jest.useRealTimers());

  test('it is named after ten seconds, and ended after a minute', () => {
    const { child, said } = watched();
    jest.advanceTimersByTime(10_000);
    expect(said).toEqual([expect.stringMatching(/^\(process 7\) is not ready after 10 s: look for a loop/)]);
    jest.advanceTimersByTime(49_000);
    expect(child.signals).toEqual([]);
    jest.advanceTimersByTime(1_000);
    expect(child.signals).toEqual(['SIGKILL']);
    child.emit('exit');
    expect(timersLeft()).toBe(0);
  });

  test('once it is ready it is left alone', () => {
    const others = process.listenerCount('exit');
    const { child, said, stopping, ready } = watched();
    ready();
    jest.advanceTimersByTime(100_000);
    stopping.abort();
    jest.advanceTimersByTime(100_000);
    expect(said).toEqual([]);
    expect(child.signals).toEqual([]);
    expect(process.listenerCount('exit')).toBe(others);
  });

  test('it is ended soon after the stack is stopped', () => {
    const { child, stopping } = watched();
    stopping.abort();
    jest.advanceTimersByTime(4_000);
    expect(child.signals).toEqual([]);
    jest.advanceTimersByTime(1_000);
    expect(child.signals).toEqual(['SIGKILL']);
    child.emit('exit');
    expect(timersLeft()).toBe(0);
  });

  test('it ends with the process that started it', () => {
    const { child } = watched();
    const [last] = process.listeners('exit').slice(-1);
    last?.(0);
    expect(child.signals).toEqual(['SIGKILL']);
    child.emit('exit');
  });
});

/** A worker process that does what the code says. */
function starting(code: string) {
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-starting-'));
  mkdirSync(join(dataDir, 'worker'));
  writeFileSync(join(dataDir, 'worker', 'main.js'), code);
  const stopping = new AbortController();
  const place = { dataDir, code: dataDir, stopping: stopping.signal };
  return { stopping, started: startChild('worker', 1, {}, place, () => undefined) };
}

test('a process that has ended can be told to end at once', async () => {
  const { started } = starting('process.send({ ready: true }, () => process.exit());');
  const { kill, exited } = await started;
  await exited;
  expect(kill).not.toThrow();
});

test('a process whose code runs in a circle ends when the stack is stopped', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'holdfast-starting-')), 'pid');
  writeFileSync(file, '');
  const { stopping, started } = starting(
    `require('fs').writeFileSync(${JSON.stringify(file)}, '' + process.pid); for (;;);`,
  );
  const failed = expect(started).rejects.toThrow('It ended without a word');
  const pid = await eventually('a process', () => Number(readFileSync(file, 'utf8')) || undefined);
  stopping.abort();
  await failed;
  expect(isAlive(pid)).toBe(false);
});
