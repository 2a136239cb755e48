/** Several processes that are started at once: all of them run in the end, or none. */
import type { Running } from '../../cli/dev/keep';
import { keepAll } from '../../cli/dev/keep-all';
import type { Start } from '../../cli/dev/keep-all';

interface Fake extends Running {
  readonly stopped: () => boolean;
}

/** A process that runs until it is stopped, which takes until `released`. */
function fake(released = Promise.resolve()): Fake {
  let stopped = false;
  let end = (): void => undefined;
  return {
    pid: 1,
    exited: new Promise<void>((resolve) => (end = resolve)),
    stopped: () => stopped,
    async stop() {
      stopped = true;
      await released;
      end();
    },
  };
}

const runs = (name: string, running: Fake) => ({ name, start: () => Promise.resolve(running) });
const fails = (name: string, sentence: string) => ({ name, start: () => Promise.reject(new Error(sentence)) });

const start = (starts: readonly Start<Fake>[], say: (line: string) => void) => keepAll(starts, say, () => undefined);

test('what has started comes back in the order in which it was asked for', async () => {
  const [first, second] = [fake(), fake()];
  const kept = await start([runs('Worker 1', first), runs('Gateway 1', second)], () => undefined);
  expect(kept.map((one) => one.now())).toEqual([first, second]);
});

test('why one did not start is said before the others have stopped', async () => {
  let release = (): void => undefined;
  const worker = fake(new Promise((resolve) => (release = resolve)));
  let hear: (line: string) => void = () => undefined;
  const heard = new Promise<string>((resolve) => (hear = resolve));
  const failed = expect(
    start([runs('Worker 1', worker), fails('Gateway 1', 'That name is taken.')], (line) => hear(line)),
  ).rejects.toThrow('not started');
  expect(await heard).toBe('Gateway 1 did not start: That name is taken.');
  release();
  await failed;
});

test('if one does not start, the others are stopped, and that they are is said', async () => {
  const worker = fake();
  const said: string[] = [];
  const starts = [runs('Worker 1', worker), fails('Worker 2', 'No.'), fails('Gateway 1', 'Nor I.')];
  await expect(start(starts, (line) => said.push(line))).rejects.toThrow('not started');
  expect(worker.stopped()).toBe(true);
  expect(said).toEqual([
    'Worker 2 did not start: No.',
    'Gateway 1 did not start: Nor I.',
    'Stopping the others; a step that runs has 20 s to finish…',
  ]);
});

test('where nothing had started there is nothing to stop, and none of it is said', async () => {
  const said: string[] = [];
  await expect(start([fails('Worker 1', 'No.')], (line) => said.push(line))).rejects.toThrow('not started');
  expect(said).toEqual(['Worker 1 did not start: No.']);
});

test('a process that takes no more work is replaced before it has ended, and is waited for at the stop', async () => {
  let release = (): void => undefined;
  const old = { ...fake(new Promise((resolve) => (release = resolve))), leaving: Promise.resolve() };
  const next = fake();
  const starts = [old, next];
  const said: string[] = [];
  let up = (): void => undefined;
  const replaced = new Promise<void>((resolve) => (up = resolve));
  const [kept] = await keepAll<Fake>(
    [{ name: 'Worker 1', start: () => Promise.resolve(starts.shift() ?? next) }],
    () => undefined,
    (line) => (said.push(line), line.includes('is up again') && up()),
  );
  await replaced;
  expect(said[0]).toBe('Worker 1 (process 1) ends its last work. Starting another…');
  expect(kept?.now()).toBe(next);

  let stopped = false;
  const stop = kept?.stop().then(() => (stopped = true));
  await next.exited;
  expect(old.stopped()).toBe(true);
  expect(stopped).toBe(false);
  release();
  await stop;
});
