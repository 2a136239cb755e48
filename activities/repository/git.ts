/**
 * Runs git as a child process and streams what it prints. Knows processes and not repositories: no output is ever held as a
 * whole, an aborted child dies at once with everything it started.
 */
import { spawn } from 'node:child_process';
import { environmentOf, settingsIn } from './environment';
import { failure } from '../failure';

/** Longest record, bytes. The rest of a longer one is dropped: no name that a person reads is longer. */
const MAX_RECORD = 4_096;
/** How much of the end of stderr is kept to tell why a child failed. */
const MAX_STDERR = 8_192;

/**
 * Git within 3 GiB of memory, children included. A few kilobytes of trees can name billions of files, and git compares trees
 * in memory. Where the system knows no such limit (macOS), git runs without one. No argument is seen by the shell.
 */
const LIMITED_GIT = '(ulimit -v 3145728) 2>/dev/null && ulimit -v 3145728; exec git "$@"';
/** The shell's way to say that there is no such program. */
const NOT_FOUND = 127;

export interface GitCall {
  readonly signal: AbortSignal;
  /** The repository to work on. */
  readonly gitDir?: string;
  /** The one transport that this call may use. */
  readonly protocol?: 'https' | 'file';
  /** Receives each line of stderr, progress lines included. */
  readonly onStderr?: (line: string) => void;
}

/** Git ended with something else than success. `stderr` is a stranger's text: for the operator, never for a caller. */
export class GitError extends Error {
  constructor(
    command: string,
    readonly code: number | null,
    readonly stderr: string,
  ) {
    super(`git ${command} ended with ${code ?? 'a signal'}: ${stderr}`);
    this.name = 'GitError';
  }

  /** Whether git met its memory limit: then it would meet it again. */
  get isOutOfMemory(): boolean {
    return /out of memory|cannot allocate memory|mmap failed/i.test(this.stderr);
  }
}

export type Git = ReturnType<typeof gitIn>;

/** Git for a worker whose clones lie in `cacheDir`. */
export function gitIn(cacheDir: string) {
  /** Stdout in chunks. Throws {@link GitError} after the last one when git failed. */
  async function* chunks(args: readonly string[], call: GitCall): AsyncGenerator<Buffer> {
    const settings = await settingsIn(cacheDir);
    call.signal.throwIfAborted();
    const target = call.gitDir === undefined ? [] : [`--git-dir=${call.gitDir}`];
    const child = spawn('/bin/sh', ['-c', LIMITED_GIT, 'sh', ...target, ...args], {
      cwd: cacheDir,
      env: environmentOf(cacheDir, settings, call.protocol),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // its own process group: git starts helpers, and they must die with it
    });
    let running = true;
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    }).finally(() => (running = false));
    ended.catch(() => undefined); // awaited below, but perhaps after it has failed
    const kill = () => {
      if (running && child.pid !== undefined) killGroup(child.pid);
    };
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-MAX_STDERR);
      if (call.onStderr) for (const line of text.split(/[\r\n]/)) call.onStderr(line);
    });
    call.signal.addEventListener('abort', kill, { once: true });
    try {
      for await (const chunk of child.stdout) yield chunk;
      const code = await ended;
      call.signal.throwIfAborted();
      if (code === NOT_FOUND) throw failure('unavailable', 'This worker has no git. The operator must install it.');
      if (code !== 0) throw new GitError(args[0] ?? '', code, stderr);
    } finally {
      call.signal.removeEventListener('abort', kill);
      kill(); // the reader left early
      await ended.catch(() => undefined);
    }
  }

  return {
    /** Stdout split at NUL, or at line ends. Leaving the loop early ends the child. */
    async *records(args: readonly string[], call: GitCall, separator: '\0' | '\n' = '\0'): AsyncGenerator<string> {
      const end = separator.charCodeAt(0);
      let pending = Buffer.alloc(0);
      for await (const chunk of chunks(args, call)) {
        let start = 0;
        for (let at = chunk.indexOf(end); at !== -1; at = chunk.indexOf(end, start)) {
          const part = chunk.subarray(start, Math.min(at, start + MAX_RECORD));
          yield (pending.length === 0 ? part : Buffer.concat([pending, part])).toString('utf8', 0, MAX_RECORD);
          pending = Buffer.alloc(0);
          start = at + 1;
        }
        const room = MAX_RECORD - pending.length;
        if (start < chunk.length && room > 0) pending = Buffer.concat([pending, chunk.subarray(start, start + room)]);
      }
      if (pending.length > 0) yield pending.toString('utf8');
    },

    /** Stdout as one text of at most `limit` bytes; a longer output is cut. */
    async read(args: readonly string[], call: GitCall, limit = 65_536): Promise<string> {
      const parts: Buffer[] = [];
      let length = 0;
      for await (const chunk of chunks(args, call)) {
        parts.push(chunk);
        length += chunk.length;
        if (length >= limit) break;
      }
      return Buffer.concat(parts).toString('utf8', 0, Math.min(length, limit));
    },
  };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended in the same moment.
  }
}
