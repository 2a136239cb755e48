/**
 * A process in a group of its own, which ends with all that it has started: when it is told to, when its first process ends, and when
 * this process is gone, however it went.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { environmentWith } from './environment';

/**
 * The shell that becomes the program. It leaves a guard in the group, which reads a pipe whose other end only this process holds: at
 * its end, everything in the group is told to end, and is ended 2 s later whatever it ignores.
 */
const GUARDED = `( trap '' TERM HUP INT; read -r gone <&3; kill -TERM -$$; sleep 2; kill -KILL -$$ ) </dev/null >/dev/null 2>&1 &
exec "$@" 3<&-`;

/** How long it has to end by itself once its input has ended, and after it was asked to, milliseconds. */
const LEAVE_MS = 1_500;
const TERM_MS = 2_000;

/** What is run. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string | undefined;
}

export interface Guarded {
  readonly child: ChildProcess;
  /** How it ended; rejects if it could not be started. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  /** Ends it and all that it has started. Resolves when it is gone. */
  close(): Promise<void>;
}

/** Windows has no groups: there the program alone is ended. */
const hasGroups = process.platform !== 'win32';

/** Starts a program with pipes for its input, output and errors. */
export function startGuarded({ command, args, env, cwd }: Program): Guarded {
  const file = hasGroups ? '/bin/sh' : command;
  const child = spawn(file, hasGroups ? ['-c', GUARDED, 'holdfast', command, ...args] : args, {
    env: environmentWith(env),
    cwd,
    detached: hasGroups,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  for (const stream of child.stdio) stream?.on('error', () => undefined); // a pipe to what is gone: its end tells
  const guard = child.stdio[3];

  const signal = (name: 'SIGTERM' | 'SIGKILL'): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(hasGroups ? -child.pid : child.pid, name);
    } catch {
      // it is gone
    }
  };

  const exited = once(child, 'exit').then(([code, by]) => {
    guard?.destroy(); // what it has left behind is ended by the guard
    return { code: code as number | null, signal: by as string | null };
  });
  exited.catch(() => guard?.destroy());

  const goneWithin = (ms: number): Promise<boolean> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
    const gone = exited.then(
      () => true,
      () => true,
    );
    return Promise.race([gone, late]).finally(() => clearTimeout(timer));
  };

  async function end(): Promise<void> {
    child.stdin.end();
    if (!(await goneWithin(LEAVE_MS))) {
      signal('SIGTERM');
      await goneWithin(TERM_MS);
    }
    signal('SIGKILL'); // the guard, too, and what does not end with its parent
    await goneWithin(TERM_MS);
  }

  let ending: Promise<void> | undefined;
  return { child, exited, close: () => (ending ??= end()) };
}
