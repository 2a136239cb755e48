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

export interface ProgressReport {
  /** To be given each change of the job; undefined when nobody hears of it. */
  readonly show: ((view: JobView) => void) | undefined;
  /** To be called when the request is answered. */
  stop(): void;
}
/** What time alone adds, at most: so little that the number still is what the message says. */
const CREEP_MAX = 0.01;

/**
 * Begins to report. Between changes of the job the last one is said again every 10 s. `progress` is what the message says: finished
 * steps, and the share of the running one that is done, where that is known. It grows with every notification, as the specification
 * demands: by a trifle where there is nothing new, and also where a step begins again.
 *
 * @param progressToken - of the request; without one nothing is reported
 */
export function createProgress(
  progressToken: ProgressToken | undefined,
  notify: (params: ProgressParams) => void,
): ProgressReport {
  if (progressToken === undefined) return { show: undefined, stop: () => undefined };
  let reached = 0;
  let beats = 0;
  let total: number | undefined;
  let message = 'Accepted; waiting for the first step';
  const said = (): number => reached + (CREEP_MAX * beats) / (beats + 1);
  const say = (): void => {
    const progress = said();
    beats += 1;
    // A total that is passed was none.
    notify({ progressToken, progress, message, ...(total !== undefined && progress <= total && { total }) });
  };
  const timer = setInterval(say, BEAT_MS);
  return {
    show(view) {
      const there = doneIn(view);
      if (there > said()) {
        reached = there;
        beats = 0;
      }
      total = view.progress?.total;
      const where = [view.ref.id, stepText(view), estimateText(view)].filter(Boolean).join(', ');
      const trouble = troubleOf(view);
      message = `${where}${trouble === undefined ? '' : `; ${trouble}`}`;
      say();
    },
    stop: () => clearInterval(timer),
  };
}

/** Finished steps, and the share of the running one that is done. */
function doneIn({ progress, within }: JobView): number {
  const share = within?.done !== undefined && within.total ? within.done / within.total : 0;
  const done = (progress?.done ?? 0) + Math.min(Math.max(share, 0), 1);
  return Math.min(done, progress?.total ?? Infinity);
}
