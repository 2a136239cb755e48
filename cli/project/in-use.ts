/** Which compilations of a project its processes run. One that was replaced may load more of its own until it ends, such as for a thread. */
import type { ChildProcess } from 'node:child_process';
import { dirname } from 'node:path';
import type { Fork } from '../config';

export interface InUse {
  /** Starts the processes, and knows which compilation each of them runs until it ends. */
  readonly fork: Fork;
  /** The folders of those compilations. */
  readonly folders: () => ReadonlySet<string>;
}

/** @param start - what starts them */
export function createInUse(start: Fork): InUse {
  const running = new Map<ChildProcess, string>();
  return {
    fork(kind, n, main, options) {
      const child = start(kind, n, main, options);
      running.set(child, dirname(dirname(main)));
      child.once('exit', () => running.delete(child));
      return child;
    },
    folders: () => new Set(running.values()),
  };
}
