/** Waiting for a job: until it ends, until the time is up, or until it asks a question that the waiting client is to hear. */
import type { Question } from '../../workflows/contract';
import type { JobRef } from '../ids';
import type { Outcome } from '../jobs/outcome';
import type { JobView } from '../jobs/view';
import { createHub } from './hub';
import type { Hub, Watchable, Watcher } from './hub';

/**
 * Puts a question before the client while its request is open. Settled once the job knows, as far as it can be told;
 * undefined when the client cannot take it.
 */
export type Push = (ref: JobRef, question: Question) => Promise<void> | undefined;

export interface WaitOptions {
  /** Longest wait, milliseconds. */
  readonly ms: number;
  /** Ends the wait, never the job: the client hung up, or another job answered first. */
  readonly signal: AbortSignal;
  /** Told of every change of the job while the wait lasts. */
  readonly onView?: ((view: JobView) => void) | undefined;
  /** Whether a question that ends the wait is to be noticed early: the client can be asked, or the job is sure to ask. */
  readonly mayAsk?: boolean;
  /** Keys of questions that were answered, though the job may still show them. */
  readonly answered?: readonly string[];
  /**
   * Asks the client while the wait goes on. Without it, or when the client cannot take it, a question ends the wait.
   *
   * A question is on one stream at a time: in this process on the first that waits, and on the next when that has closed.
   * What other replicas have on their streams is known only by the job's mark (`shown`): a wait asks what was marked before it
   * began, since that stream may be long gone, and not what is marked while it lasts. Two replicas that look at the same moment
   * both ask.
   */
  readonly push?: Push | undefined;
  /** Whether the wait goes on though its client cannot be asked this: someone else may answer. */
  readonly passes?: (question: Question) => boolean;
}

/** All waits of this process. */
export interface Watch extends Hub {
  /**
   * Waits for a job to end.
   *
   * @returns how it ended; undefined when the wait ended first, or when the job asks a person
   * @throws Problem `unknown_job` when there is no such job
   */
  wait(ref: JobRef, options: WaitOptions): Promise<Outcome | undefined>;
}

export function createWatch(jobs: Watchable): Watch {
  const hub = createHub(jobs);
  return {
    ...hub,

    wait(ref, { ms, signal, onView, mayAsk = false, answered = [], push, passes }) {
      if (ms <= 0 || signal.aborted || hub.draining()) return Promise.resolve(undefined);
      /** Keys of questions that are dealt with. */
      const done = new Set(answered);
      /** Keys of questions that were open before, or on another stream of this process: shown or not, they may be asked. */
      let known: Set<string> | undefined;
      return new Promise((resolve, reject) => {
        const settle = (act: () => void): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', giveUp);
          leave();
          act();
        };
        const giveUp = (): void => settle(() => resolve(undefined));
        const timer = setTimeout(giveUp, ms);
        signal.addEventListener('abort', giveUp, { once: true });
        const watcher: Watcher = {
          eager: mayAsk || onView !== undefined || push !== undefined,
          onView,
          onLook({ status, questions }) {
            known ??= new Set(questions.map(({ key }) => key));
            const onStreams = hub.onStreams(ref);
            if (status !== 'input_required' || !onStreams) return;
            for (const question of questions.filter(({ key }) => !done.has(key))) {
              const { key, shown } = question;
              if (push && onStreams.has(key)) known.add(key);
              else if (push && shown === true && !known.has(key)) done.add(key);
              else if (push?.(ref, question)) {
                done.add(key);
                onStreams.set(key, watcher);
              } else if (passes?.(question)) done.add(key);
              else return giveUp();
            }
          },
          onEnd: (outcome) => settle(() => resolve(outcome)),
          onError: (error) => settle(() => reject(error instanceof Error ? error : new Error(String(error)))),
        };
        const leave = hub.follow(ref, watcher);
      });
    },
  };
}
