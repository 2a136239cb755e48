/** The log of a process: one JSON line for each event, with its level as a word, and with every error in it told whole. */
import { types } from 'node:util';
import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import type { LogLevel } from './log-level';

/** Longest text of an error, characters, and how many of its causes are told. */
const TEXT_MAX = 4_000;
const CAUSES_MAX = 4;

/**
 * Makes the log of a process.
 *
 * @param name - the process, as each line names it
 * @param to - where the lines go: standard output if not said otherwise
 */
export function createLog(name: string, level: LogLevel = 'info', to: DestinationStream = pino.destination(1)): Logger {
  return pino(
    {
      name,
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: withErrorsTold },
      // Pino's own would take what is told here for an error once more.
      serializers: { err: (told: unknown) => told },
    },
    to,
  );
}

/** An error has no enumerable properties: written as it is, it is `{}`. Under whatever name it stands in a line, it is told. */
function withErrorsTold(line: Record<string, unknown>): Record<string, unknown> {
  let told = line;
  for (const [name, value] of Object.entries(line))
    if (types.isNativeError(value)) told = { ...told, [name]: errorOf(value) };
  return told;
}

/**
 * An error as it is logged. Its other properties are left out: those of a failed RPC hold what was sent, and that may be anybody's.
 * A failure that was foreseen is told by its kind: its sentence is for the caller, and may quote the arguments, as may its causes.
 */
function errorOf(error: Error, depth = 0, quiet = false): Record<string, unknown> {
  const { message, stack = '', cause } = error;
  const { type: kind, code } = error as { readonly type?: unknown; readonly code?: unknown };
  const type = nameOf(error);
  const foreseen = quiet || type === 'ApplicationFailure';
  return {
    type,
    ...(foreseen
      ? type === 'ApplicationFailure' && typeof kind === 'string' && { kind }
      : { message: message.slice(0, TEXT_MAX) }),
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    stack: (foreseen ? framesOf(stack) : stack).slice(0, TEXT_MAX),
    ...(types.isNativeError(cause) && depth < CAUSES_MAX && { cause: errorOf(cause, depth + 1, foreseen) }),
  };
}

/** An error that comes from another thread, as those of workflows do, has its name at the head of its stack alone. */
function nameOf({ name, stack = '' }: Error): string {
  return name === 'Error' ? (/^(\w+): /.exec(stack)?.[1] ?? name) : name;
}

/** A stack without the message at its head. */
function framesOf(stack: string): string {
  const at = stack.search(/^ +at /m);
  return at < 0 ? '' : stack.slice(at);
}
