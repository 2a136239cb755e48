/** A spare process for each one that runs, so that changed code need not wait until Node has loaded everything else. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Fork } from '../config';
import { packageRoot } from '../root';

const STANDBY = join(packageRoot(), 'dist', 'project', 'standby.js');

/** Makes what starts the processes of a project. A spare ends with this process. */
export function createSpares(): Fork {
  const spares = new Map<string, ChildProcess>();
  return (kind, n, main, options) => {
    const name = `${kind} ${n}`;
    const another = (): ChildProcess => fork(STANDBY, [kind], options());
    const spare = spares.get(name);
    spares.delete(name);
    const child = spare?.connected === true && spare.exitCode === null ? spare : another();
    child.ref();
    child.channel?.ref();
    child.send({ main });
    // Once it is ready, since the spare would have it wait for the processor.
    child.once('message', () => {
      const next = another();
      next.unref();
      next.channel?.unref();
      spares.get(name)?.disconnect();
      spares.set(name, next);
    });
    return child;
  };
}
