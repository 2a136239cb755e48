/** A kept process can be replaced by one that runs changed code. */
import { keep } from '../../cli/dev/keep';
import type { Running } from '../../cli/dev/keep';

/** A promise, and what resolves it. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** Processes that are only pretended: each notes its start and its end. */
function pretended() {
  const noted: string[] = [];
  let started = 0;
  const start = (): Promise<Running> => {
    started += 1;
    const pid = started;
    noted.push(`start ${pid}`);
    let end: () => void = () => undefined;
    const exited = new Promise<void>((resolve) => (end = resolve));
    const stop = (): Promise<void> => {
      if (!noted.includes(`stop ${pid}`)) noted.push(`stop ${pid}`);
      end();
      return Promise.resolve();
    };
    return Promise.resolve({ pid, exited, stop });
  };
  return { noted, start };
}

test('a replacement runs before the one that it replaces is stopped', async () => {
  const { noted, start } = pretended();
  const told: string[] = [];
  const kept = await keep('Worker 1', start, (line) => told.push(line));
  await kept.replace();
  expect(kept.now().pid).toBe(2);
  await new Promise((resolve) => setImmediate(resolve)); // the end of the first one is heard by now, and is no death
  expect(told).toEqual([]);
  expect(noted).toEqual(['start 1', 'start 2', 'stop 1']);
  await kept.stop();
});

test('what is replaced has the time that its work takes, until all of it is stopped', async () => {
  const { noted, start } = pretended();
  const retiring = async (): Promise<Running> => {
    const running = await start();
    return { ...running, retire: () => running.exited.then(() => undefined) };
  };
  const kept = await keep('Worker 1', retiring, () => undefined);
  await kept.replace();
  expect(noted).toEqual(['start 1', 'start 2']);
  await kept.stop();
  expect(noted).toEqual(['start 1', 'start 2', 'stop 1', 'stop 2']);
});

test('a replacement that gets ready while all is stopped is stopped, too', async () => {
  const { noted, start } = pretended();
  const { opened, open } = gate();
  let slow = false;
  const kept = await keep(
    'Worker 1',
    async () => {
      if (slow) await opened;
      return start();
    },
    () => undefined,
  );
  slow = true;
  const replaced = kept.replace();
  const stopped = kept.stop();
  open();
  await Promise.all([replaced, stopped]);
  expect(noted).toEqual(['start 1', 'stop 1', 'start 2', 'stop 2']);
});

test('a replacement that does not start leaves the one before in its place', async () => {
  const { start } = pretended();
  let broken = false;
  const kept = await keep(
    'Worker 1',
    () => (broken ? Promise.reject(new Error('no')) : start()),
    () => undefined,
  );
  broken = true;
  await expect(kept.replace()).rejects.toThrow('no');
  expect(kept.now().pid).toBe(1);
  await kept.stop();
});

test('a restart stops the process first, tells nobody of a death, and resolves when another one runs', async () => {
  const { noted, start } = pretended();
  const told: string[] = [];
  const kept = await keep('Gateway 1', start, (line) => told.push(line));
  await kept.restart();
  expect(kept.now().pid).toBe(2);
  expect(noted).toEqual(['start 1', 'stop 1', 'start 2']);
  expect(told).toEqual([]);
  await kept.stop();
});

test('a restart that is wanted while another process is being started is one of what there is then', async () => {
  const { noted, start } = pretended();
  const [slow, began] = [gate(), gate()];
  let code = 'old';
  const run: string[] = [];
  const kept = await keep(
    'Gateway 1',
    async () => {
      run.push(code);
      if (run.length === 2) {
        began.open();
        await slow.opened;
      }
      return start();
    },
    () => undefined,
  );
  await kept.now().stop(); // as if it had died
  await began.opened;
  code = 'new';
  const restarted = kept.restart();
  slow.open();
  await restarted;
  expect(run).toEqual(['old', 'old', 'new']);
  expect(noted).toEqual(['start 1', 'stop 1', 'start 2', 'stop 2', 'start 3']);
  expect(kept.now().pid).toBe(3);
  await kept.stop();
});

test('a restart that fails is told to who wanted it, and tried again', async () => {
  const { start } = pretended();
  const up = gate();
  let tries = 0;
  const kept = await keep(
    'Gateway 1',
    () => (++tries === 2 ? Promise.reject(new Error('no')) : start()),
    (line) => line.includes('is up again') && up.open(),
  );
  await expect(kept.restart()).rejects.toThrow('no');
  await up.opened;
  expect(kept.now().pid).toBe(2);
  await kept.stop();
});
