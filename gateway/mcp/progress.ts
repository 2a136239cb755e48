/** Progress notifications by the clock: a client that resets its timer on them must hear something even in a long step. */
import type { ProgressToken } from '@modelcontextprotocol/server';
import { estimateText, stepText, troubleOf } from '../words/handle';
import type { JobView } from '../jobs/view';

const BEAT_MS = 10_000;

/** Parameters of `notifications/progress`. */
export interface ProgressParams {
  readonly progressToken: ProgressToken;
  readonly progress: number;
  readonly total?: number;
  readonly message: string;
}

/**
 * Starts to report. `show` is given each change of the job; between changes the last one is said again every 10 s.
 * `progress` grows with every notification, as the specification demands: finished steps, and a fraction that creeps.
 */
export function reportProgress(progressToken: ProgressToken | undefined, notify: (params: ProgressParams) => void) {
  if (progressToken === undefined) return { show: (): void => undefined, stop: (): void => undefined };
  let done = 0;
  let beats = 0;
  let total: number | undefined;
  let message = 'Accepted; waiting for the first step';
  const say = (): void => {
    const progress = done + beats / (beats + 1);
    beats += 1;
    notify({ progressToken, progress, message, ...(total !== undefined && { total }) });
  };
  const timer = setInterval(say, BEAT_MS);
  return {
    show(view: JobView): void {
      if (view.progress && view.progress.done > done) {
        done = view.progress.done;
        beats = 0;
      }
      total = view.progress?.total;
      const where = [view.ref.id, stepText(view), estimateText(view)].filter(Boolean).join(', ');
      const trouble = troubleOf(view);
      message = `${where}${trouble === undefined ? '' : `; ${trouble}`}`;
      say();
    },
    stop: (): void => clearInterval(timer),
  };
}
