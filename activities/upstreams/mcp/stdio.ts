/** Messages to and from a server that is a process of ours: a line of JSON each. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';
import { tail } from '../../../workflows/cut';
import { isGiven } from '../given';
import type { UpstreamLog } from '../log';
import { startGuarded } from './guarded';
import type { Guarded, Program } from './guarded';
import { createLines } from './lines';
import { DEPTH_MAX, isTooDeep } from './shape';
import { Trouble } from './trouble';

/** How much of what it writes to its errors is kept for the operator, characters. */
const STDERR_MAX = 4_000;

/** How long, milliseconds. */
const READ_UP_MS = 500;

/** What a shell says of a program that is not there, or may not be run. */
const NOT_FOUND = 127;
const NOT_RUNNABLE = 126;

export interface StdioSettings extends Program {
  /** For sentences and the log. */
  readonly name: string;
  readonly maxBytes: number;
  readonly log: UpstreamLog;
}

/** How long a process that takes no input may take to end, milliseconds: its end says more. */
const LAST_WORDS_MS = 3_000;

/** A transport of the SDK, which knows by `pid` and `stderr` that it is no network. */
export interface StdioTransport extends Transport {
  readonly pid: number | undefined;
  readonly stderr: null;
  /** Why it ended, once it has. */
  readonly ended: Trouble | undefined;
  /** Waits a moment for the end of a process that seems to come to it. */
  lastWords(): Promise<void>;
}

export function createStdioTransport({ name, maxBytes, log, ...program }: StdioSettings): StdioTransport {
  let guarded: Guarded | undefined;
  let ended: Trouble | undefined;
  let errors = '';
  let noise = 0;
  let gone: Promise<void> | undefined;

  const transport: StdioTransport = {
    get pid() {
      return guarded?.child.pid;
    },
    stderr: null,
    get ended() {
      return ended;
    },
    start() {
      guarded = startGuarded(program);
      const { child, exited } = guarded;
      child.stdout?.on('data', createLines(maxBytes, onLine, onTooLong));
      child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors = tail(errors + text, STDERR_MAX)));
      gone = exited.then(
        async ({ code, signal }) => {
          await readUp(child);
          if (code === NOT_FOUND || code === NOT_RUNNABLE) endNotBegun(code);
          else end(new Trouble('lost', `The process of upstream ${name} ended ${howOf(code, signal)}.`));
        },
        (error: unknown) =>
          end(new Trouble('unsent', `The process of upstream ${name} cannot be started.`, { cause: error })),
      );
      return Promise.resolve();
    },
    send(message) {
      const input = guarded?.child.stdin;
      if (!input || ended) return Promise.reject(ended ?? notStarted());
      return new Promise((resolve, reject) => {
        input.write(`${JSON.stringify(message)}\n`, (error) => {
          if (error) reject(new Trouble('unsent', `The process of upstream ${name} takes no input.`, { cause: error }));
          else resolve();
        });
      });
    },
    async lastWords() {
      const late = new AbortController();
      await Promise.race([gone, pause(LAST_WORDS_MS, undefined, { signal: late.signal })]);
      late.abort();
    },
    async close() {
      end(new Trouble('lost', `The connection to upstream ${name} was closed.`));
      await guarded?.close();
    },
  };

  const notStarted = (): Trouble => new Trouble('unsent', `The process of upstream ${name} is not started.`);

  function onLine(line: Buffer): void {
    if (line.length === 0 || ended) return;
    if (isTooDeep(line)) return breakOff(`nested deeper than ${DEPTH_MAX} levels`);
    const message = messageIn(line);
    if (message === undefined) noise += 1;
    else transport.onmessage?.(message);
  }

  const onTooLong = (): void => breakOff(`of more than ${maxBytes} bytes (limits.max_bytes)`);

  function breakOff(what: string): void {
    end(new Trouble('too_large', `Upstream ${name} sent a message ${what}.`));
    void guarded?.close();
  }

  function endNotBegun(code: typeof NOT_FOUND | typeof NOT_RUNNABLE): void {
    ended = undefined; // it took no input, for which the client may have closed it before the cause was known
    const why = code === NOT_FOUND ? 'it was not found' : 'it may not be run';
    const what = `The program of upstream ${name} cannot be started: ${why}. Its operator checks command and PATH.`;
    end(new Trouble('unsent', what));
  }

  function end(why: Trouble): void {
    if (ended) return;
    ended = why;
    const said = { upstream: name, noise, ...(errors !== '' && { stderr: errors }) };
    log.info(said, `upstream ${name}: ${why.message}`);
    transport.onclose?.();
  }

  return transport;
}

const howOf = (code: number | null, signal: string | null): string =>
  signal === null ? `with code ${code}` : `by ${signal}`;

/** Waits for what a process that has ended wrote last. Whoever else holds its output does not hold us up. */
async function readUp({ stdout }: ChildProcess): Promise<void> {
  if (!stdout || stdout.closed) return;
  await once(stdout, 'close', { signal: AbortSignal.timeout(READ_UP_MS) }).catch(() => undefined);
}

/** The message that a line is; undefined for noise, such as what npx prints. */
function messageIn(line: Buffer): JSONRPCMessage | undefined {
  try {
    const message: unknown = JSON.parse(line.toString());
    return isMessage(message) ? message : undefined;
  } catch {
    return undefined;
  }
}

/** Only its frame is looked at: what is in it is for those who read it. */
const isMessage = (message: unknown): message is JSONRPCMessage => isGiven(message) && message['jsonrpc'] === '2.0';
