/**
 * The clock of a job in a test: it goes as any other, and forward when the test says so. Then the timers that are due fire, one after the
 * other, each once the steps of the one before are done. It is in every project's bundle, and does nothing outside of tests.
 */
import { CancellationScope, condition, defineUpdate, setHandler, sleep } from '@temporalio/workflow';
import type { WorkflowInterceptors, WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { getActivator } from '@temporalio/workflow/lib/global-attributes';
import { HandlerUnfinishedPolicy } from '@temporalio/common';
import { PASS, mode } from './mode';

const pass = defineUpdate<unknown, [number]>(PASS);

interface Timer {
  readonly dueAt: number;
  readonly fire: () => void;
}

export const interceptors: WorkflowInterceptorsFactory = (): WorkflowInterceptors => {
  const timers = new Set<Timer>();
  let steps = 0;
  /** How far the clock is ahead, milliseconds. */
  let ahead = 0;
  let shown = 0;
  let isOwn = false;

  /** The worker sets the clock for each activation, and this adds to it what has passed in the test. */
  function setClock(): void {
    const activator = getActivator();
    if (activator.now !== shown) shown = activator.now += ahead;
  }
  function advanceTo(time: number): void {
    const ms = Math.max(0, time - Date.now());
    ahead += ms;
    shown = getActivator().now += ms;
  }
  /** Resolves in another activation, when the job waits for nothing but time and people. */
  async function settled(): Promise<void> {
    isOwn = true;
    const tick = sleep(1);
    isOwn = false;
    await tick;
    await condition(() => steps === 0);
  }
  async function passing(ms: number): Promise<void> {
    await settled();
    const until = Date.now() + ms;
    for (;;) {
      const [next] = [...timers].sort((a, b) => a.dueAt - b.dueAt);
      if (!next || next.dueAt > until) break;
      advanceTo(next.dueAt);
      next.fire();
      await settled();
    }
    advanceTo(until);
  }

  return {
    internals: [
      {
        activate(input, next) {
          if (mode.timePasses) setClock();
          next(input);
        },
      },
    ],
    inbound: [
      {
        execute(input, next) {
          if (mode.timePasses) setHandler(pass, passing, { unfinishedPolicy: HandlerUnfinishedPolicy.ABANDON });
          return next(input);
        },
      },
    ],
    outbound: [
      {
        startTimer(input, next) {
          if (!mode.timePasses || isOwn) return next(input);
          return new Promise((resolve, reject) => {
            const scope = new CancellationScope();
            const timer: Timer = {
              dueAt: Date.now() + input.durationMs,
              fire() {
                timers.delete(timer);
                resolve();
                scope.cancel();
              },
            };
            timers.add(timer);
            void scope
              .run(() => next(input))
              .finally(() => timers.delete(timer))
              .then(resolve, reject);
          });
        },
        scheduleActivity(input, next) {
          if (!mode.timePasses) return next(input);
          steps += 1;
          return next(input).finally(() => (steps -= 1));
        },
      },
    ],
  };
};
