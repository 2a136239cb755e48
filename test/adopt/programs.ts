/** Programs that are run to their end, and others that go on beside them. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

/** The longest that one program may take, or take to say something. */
export const STEP_MS = 300_000;

/** @returns what it says. @throws Error with that when it does not end well */
export function run(cwd: string, command: readonly string[], env: NodeJS.ProcessEnv = process.env): string {
  const [program = '', ...args] = command;
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env, encoding: 'utf8', timeout: STEP_MS });
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}.\n${stdout}${stderr}`);
  return stdout + stderr;
}

/** A program that goes on. It ends with this process. */
export class Background {
  said = '';
  private ended = false;
  private readonly closed: Promise<unknown>;

  private constructor(private readonly child: ChildProcess) {
    // Not when npx ends, but when all that it has started does.
    this.closed = once(child, 'close').then(() => (this.ended = true));
    process.once('exit', () => this.signal('SIGTERM'));
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (data: Buffer) => (this.said += data.toString()));
  }

  static start(cwd: string, [program = '', ...args]: readonly string[], env: NodeJS.ProcessEnv = {}): Background {
    const stdio: StdioOptions = ['ignore', 'pipe', 'pipe'];
    return new Background(spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio, detached: true }));
  }

  /** Waits until it says that, after the first `from` characters. Returns what it has said since then. */
  async says(text: string, from = 0): Promise<string> {
    for (const deadline = Date.now() + STEP_MS; ; await pause(20)) {
      if (this.said.slice(from).includes(text)) return this.said.slice(from);
      if (this.ended || Date.now() > deadline) throw new Error(`It did not say "${text}":\n${this.said}`);
    }
  }

  /** Waits until it has ended by itself. Returns all that it said. */
  async end(): Promise<string> {
    await this.closed;
    return this.said;
  }

  async stop(): Promise<void> {
    this.signal('SIGTERM');
    await this.closed;
  }

  private signal(signal: NodeJS.Signals): void {
    if (!this.ended && this.child.pid !== undefined) process.kill(-this.child.pid, signal);
  }
}
