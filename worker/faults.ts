/** Errors that nobody caught. The step that threw one fails, and no other: what state the process is in is unknown, so it is replaced. */
import type { Logger } from 'pino';
import type { RunningWorker } from './worker';

/** Handles them from now on. A worker stops after an exception, with the exit code 1; it goes on after a promise that was rejected. */
export function handleFaults({ blame, stop }: Pick<RunningWorker, 'blame' | 'stop'>, log: Logger): void {
  process.on('uncaughtException', (error) => {
    const step = blame(error, 'lost');
    log.error(
      { err: error, step },
      'uncaught exception: this worker ends once its other steps have, and is to be started again',
    );
    process.exitCode = 1;
    process.send?.({ leaving: true }, undefined, undefined, () => undefined); // the supervisor need not wait for the other steps
    stop();
  });
  process.on('unhandledRejection', (error) => {
    log.error({ err: error, step: blame(error, 'kept') }, 'unhandled rejection');
  });
}
