/** What a subscriber is told of one task: how it is after each change, and at last its result. */
import type { CallToolResult } from '@modelcontextprotocol/server';
import type { Answers } from '../call/answer';
import type { Watcher } from '../call/hub';
import type { Watch } from '../call/watch';
import type { Jobs } from '../jobs/jobs';
import { isClosed } from '../jobs/view';
import type { JobView } from '../jobs/view';
import type { Ability } from '../words/question';
import { detailedTask } from '../words/task';

export interface Subscriber {
  readonly can: ReadonlySet<Ability>;
  /** Runs something when the client has taken all that was said before. */
  readonly inTurn: (run: () => Promise<void>) => Promise<void>;
  readonly tell: (task: object) => Promise<unknown>;
  /** Whether the client has hung up. */
  readonly gone: () => boolean;
  /** Called once, when there is no more to tell. */
  readonly onOver: () => void;
  /** Called when this gateway stops. */
  readonly onStop: () => void;
}

export interface FeedNeeds {
  readonly jobs: Pick<Jobs, 'look' | 'outcomeOf'>;
  readonly watch: Pick<Watch, 'follow'>;
  readonly answers: Pick<Answers, 'ended'>;
}

/** Begins to tell a subscriber of a task. Returns what ends that. */
export type Feed = (view: JobView, subscriber: Subscriber) => () => void;

export function createFeed({ jobs, watch, answers }: FeedNeeds): Feed {
  return (view, { can, inTurn, tell, gone, onOver, onStop }) => {
    let isOver = false;
    const over = (): void => {
      if (!isOver) onOver();
      isOver = true;
    };
    const say = async (now: JobView, result?: CallToolResult): Promise<void> => {
      if (isOver) return;
      if (result) over();
      await tell(detailedTask(now, result, can));
    };
    let latest: JobView | undefined;
    /** A client that is still reading the last message hears only the newest state after it. */
    const show = (now: JobView): void => {
      const waiting = latest !== undefined;
      latest = now;
      if (waiting) return;
      void inTurn(async () => {
        const newest = latest;
        latest = undefined;
        if (newest) await say(newest);
      });
    };
    const watcher: Watcher = {
      eager: true,
      onView: (now) => {
        if (!isClosed(now)) show(now); // the end is told with its result
      },
      onEnd: (outcome) => {
        if (!outcome) return onStop();
        void inTurn(async () => {
          if (isOver || gone()) return;
          // Read again in its turn: results that wait for a slow reader take no room.
          const [now, ended] = await Promise.all([jobs.look(view.ref), jobs.outcomeOf(view.ref)]);
          await say(now, await answers.ended(view.ref, view.tool, ended));
        })
          .catch(() => undefined) // not readable now: the client asks with tasks/get
          .finally(over);
      },
      onError: over,
    };
    if (!isClosed(view)) show(view);
    return watch.follow(view.ref, watcher, view);
  };
}
