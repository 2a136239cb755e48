/**
 * Runs git as a child process and streams its output, which is never held as a whole. An aborted child is killed at once, with
 * every process that it started.
 */
import { spawn } from 'node:child_process';
import { tail } from '../../workflows/cut';
import { environmentOf, writeSettings } from './environment';
import type { OpenTunnel } from '../egress/tunnel';
import { failure } from '../failure';
import type { Source } from './source';

/** Longest record, bytes. The rest of a longer one is dropped: no name that a person reads is that long. */
const MAX_RECORD = 4_096;
/** How much of the end of stderr is kept to tell why git failed, characters. */
const MAX_STDERR = 8_192;

/**
 * Runs git with at most 3 GiB of memory for each of its processes: a few kilobytes of trees can name billions of files, and git
 * compares trees in memory. Where the system has no such limit (macOS), git runs without one. The shell never interprets an
 * argument.
 */
const LIMITED_GIT = '(ulimit -v 3145728) 2>/dev/null && ulimit -v 3145728; exec git "$@"';
/** The shell's exit code when there is no such program. */
const NOT_FOUND = 127;

export interface GitCall {
  readonly signal: AbortSignal;
  /** The repository to work on. */
  readonly gitDir?: string;
  /** The remote that this call may read, by no other transport. Absent: none. */
  readonly source?: Source;
  /** What git reads from stdin. Absent: nothing. */
  readonly input?: string;
  /** Receives each line of stderr, progress lines included. */
  readonly onStderr?: (line: string) => void;
}

/** Git failed. `stderr` may hold text that a stranger wrote: it is for the operator, never for a caller. */
export class GitError extends Error {
  constructor(
    command: string,
    readonly code: number | null,
    readonly stderr: string,
  ) {
    super(`git ${command} ended with ${code ?? 'a signal'}: ${stderr}`);
    this.name = 'GitError';
  }

  /** Whether git reached its memory limit. Another attempt would reach it, too. */
  get isOutOfMemory(): boolean {
    return /out of memory|cannot allocate memory|mmap failed/i.test(this.stderr);
  }
}

/**
 * Git. Every call throws {@link GitError} when git fails, EgressError when it could not connect to the remote, and an abort
 * error when its signal fires.
 */
export interface Git {
  /** Yields stdout as it comes. Leaving the loop early ends git. */
  chunks(args: readonly string[], call: GitCall): AsyncGenerator<Buffer>;
  /** Yields stdout split at NUL, or at line ends. Leaving the loop early ends git. */
  records(args: readonly string[], call: GitCall, separator?: '\0' | '\n'): AsyncGenerator<string>;
  /** Returns stdout as one text of at most `limit` bytes (default 64 KiB); a longer output is cut. */
  read(args: readonly string[], call: GitCall, limit?: number): Promise<string>;
}

/**
 * @param cacheDir - where the clones are; git runs in it, with its settings file there
 * @param openTunnel - git reaches the network through it alone
 */
export function createGit(cacheDir: string, openTunnel: OpenTunnel): Git {
  async function* chunks(args: readonly string[], call: GitCall): AsyncGenerator<Buffer> {
    const settings = await writeSettings(cacheDir);
    call.signal.throwIfAborted();
    const target = call.gitDir === undefined ? [] : [`--git-dir=${call.gitDir}`];
    const { protocol, remote = '' } = call.source ?? {};
    const tunnel = protocol === 'https' ? await openTunnel(new URL(remote)) : undefined;
    const child = spawn('/bin/sh', ['-c', LIMITED_GIT, 'sh', ...target, ...args], {
      cwd: cacheDir,
      env: environmentOf(cacheDir, settings, protocol, tunnel?.proxy),
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true, // its own process group, so that the helpers that git starts can be killed with it
    });
    child.stdin.on('error', () => undefined).end(call.input); // git may end before it has read all
    let running = true;
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    }).finally(() => (running = false));
    ended.catch(() => undefined); // it may fail before it is awaited below
    const kill = () => {
      if (running && child.pid !== undefined) killGroup(child.pid);
    };
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = tail(stderr + text, MAX_STDERR);
      if (call.onStderr) for (const line of text.split(/[\r\n]/)) call.onStderr(line);
    });
    call.signal.addEventListener('abort', kill, { once: true });
    if (call.signal.aborted) kill();
    try {
      for await (const chunk of child.stdout) yield chunk;
      const code = await ended;
      call.signal.throwIfAborted();
      if (code === NOT_FOUND) throw failure('unavailable', 'This worker has no git. The operator must install it.');
      if (code !== 0) throw tunnel?.failure() ?? new GitError(args[0] ?? '', code, stderr);
    } finally {
      call.signal.removeEventListener('abort', kill);
      kill(); // the reader may have left early
      tunnel?.close();
      await ended.catch(() => undefined);
    }
  }

  return {
    chunks,

    async *records(args, call, separator = '\0') {
      const end = separator.charCodeAt(0);
      let pending = Buffer.alloc(0);
      for await (const chunk of chunks(args, call)) {
        let start = 0;
        for (let at = chunk.indexOf(end); at !== -1; at = chunk.indexOf(end, start)) {
          const stop = Math.min(at, start + MAX_RECORD);
          yield pending.length === 0
            ? chunk.toString('utf8', start, stop)
            : Buffer.concat([pending, chunk.subarray(start, stop)]).toString('utf8', 0, MAX_RECORD);
          pending = Buffer.alloc(0);
          start = at + 1;
        }
        const room = MAX_RECORD - pending.length;
        if (start < chunk.length && room > 0) pending = Buffer.concat([pending, chunk.subarray(start, start + room)]);
      }
      if (pending.length > 0) yield pending.toString('utf8');
    },

    async read(args, call, limit = 65_536) {
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
    // It has just ended by itself.
  }
}
