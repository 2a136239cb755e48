/** How the commands end: their exit codes, and the error that has one of its own. */

/** The exit codes. `usage` is also that of arguments which a gateway refuses: nothing was started. */
export const EXIT = { done: 0, failed: 1, usage: 2, unreachable: 3, partial: 4, input: 5 } as const;

/** Has the process end with what a command comes to. */
export async function exitWith(code: Promise<number> | number): Promise<void> {
  process.exitCode = await code;
}

/** No gateway answered, or it refused our API key. The message says what to do. */
export class NoGateway extends Error {
  override name = 'NoGateway';
}
