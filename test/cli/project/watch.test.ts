/** Which changes of a project's files ask for another compilation. */
import { mkdtempSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchFilesOf } from '../../../cli/project/watch';

/** A file that was written an hour ago, and how it is watched. */
function written() {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-watch-'));
  const file = join(root, 'tool.ts');
  const compiled = { inputs: [file], tools: 'tools' };
  writeFileSync(file, 'before');
  utimesSync(file, new Date(Date.now() - 3_600_000), new Date(Date.now() - 3_600_000));
  let end = (): void => undefined;
  const watch = (since: number): Promise<void> =>
    new Promise((resolve) => {
      end = watchFilesOf(compiled, root, since, () => {
        resolve();
        return Promise.resolve(compiled);
      });
    });
  return { file, watch, end: () => end() };
}

test('a file that was changed while it was compiled for the first time is a change', async () => {
  const { file, watch, end } = written();
  const since = Date.now();
  writeFileSync(file, 'changed'); // after it was read, and before anybody watches
  utimesSync(file, new Date(), new Date(since + 1));
  await watch(since);
  end();
});

test('a file that nobody touches is no change, and one that is changed while it is watched is', async () => {
  jest.useFakeTimers({ doNotFake: ['Date'] });
  try {
    const { file, watch, end } = written();
    let seen = false;
    const change = watch(Date.now()).then(() => (seen = true));
    await jest.advanceTimersByTimeAsync(1_000); // several looks
    expect(seen).toBe(false);
    writeFileSync(file, 'changed');
    await jest.advanceTimersByTimeAsync(1_000);
    await change;
    end();
  } finally {
    jest.useRealTimers();
  }
});
