import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { parentAndNpm, watchParent } from '../../cli/dev/orphan';

test('a process goes on for as long as its parent does, and then notices that it is gone', async () => {
  let looks = 0;
  const parent = (): string => ((looks += 1) <= 3 ? '100' : '1');
  await new Promise<void>((resolve) => watchParent(resolve, parent, 1));
  expect(looks).toBe(4);
});

const onLinux = process.platform === 'linux' ? test : test.skip;

/** A process that starts a shell, as npm does, under the title that is given. */
async function withShell(title: string) {
  const script = `process.title = '${title}'; console.log(require('child_process').spawn('sh', ['-c', 'exec sleep 60']).pid)`;
  const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
  return { parent, shell: Number(line) };
}

onLinux('an npm that is killed is missed, though its shell lives on', async () => {
  const { parent, shell } = await withShell('npm start');
  try {
    expect(parentAndNpm(shell)).toBe(`${shell} ${parent.pid}`);
    const noticed = new Promise<void>((resolve) => watchParent(resolve, () => parentAndNpm(shell), 1));
    parent.kill('SIGKILL');
    await noticed;
    expect(() => process.kill(shell, 0)).not.toThrow();
  } finally {
    process.kill(shell);
  }
});

onLinux('whatever else is above the parent may end: a terminal that is closed ends nothing', async () => {
  const { parent, shell } = await withShell('bash');
  expect(parentAndNpm(shell)).toBe(String(shell));
  parent.kill('SIGKILL');
  process.kill(shell);
});
