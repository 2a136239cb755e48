/**
 * What a job has learned from outside: the outcomes of its steps and the replies to its questions, in the order in which they came.
 * A job that goes on in a new run begins its code anew, and is given from here, in that order, what it asks for again.
 */
import {
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  isCancellation,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { bytesIn } from './bounded';
import { MAX_RESULT_BYTES } from './contract';
import type { Batches, Entry, Learned, Policy } from './contract';
import { fail } from './failure';
import { quiet } from './quiet';

export interface Journal {
  /** Whether the job asks again for what it has learned, and is not yet where it was. */
  readonly behind: boolean;
  /** What came before under this id, each once; undefined when nothing did, or ids are not kept. */
  recall(id: string | undefined): Promise<unknown> | undefined;
  /**
   * To be called before a step is taken that was not recalled.
   *
   * @throws ApplicationFailure `broken` when the step must not be repeated and other steps were taken before: it may be one of them
   */
  takeNew(step: string, policy: Policy): void;
  /** Gives up being where the job was: its code asks for something else than before. */
  stray(): void;
  /** Keeps what came. */
  keep(id: string | undefined, value: unknown): void;
  /** Keeps that it failed, or was cancelled. */
  keepError(id: string | undefined, error: unknown): void;
  /** All of it for the next run; undefined when it is too much, or when it was not asked for as it was before. */
  all(): Batches | undefined;
}

/** For jobs that began before there was a journal. */
export const noJournal: Journal = {
  behind: false,
  recall: () => undefined,
  takeNew: () => undefined,
  stray: () => undefined,
  keep: () => undefined,
  keepError: () => undefined,
  all: () => undefined,
};

/** Batches that are given out in one decision: each takes a millisecond or two, and Temporal waits 10 s for a decision. */
const DECISION_MAX = 500;

/** Somebody who asked for something that came before. `at`: its place in the journal. */
interface Waiting {
  readonly batch: number;
  readonly at: number;
  readonly give: () => void;
}

/** @param before - what the job had learned when its last run ended */
export function createJournal(before: Batches = []): Journal {
  const batches: Entry[][] = before.map((batch) => [...batch]);
  const places = batches.flatMap((batch, n) => batch.map(([id, learned]) => ({ id, learned, batch: n })));
  const unasked = new Map(places.map(({ id, ...place }, at) => [id, { ...place, at }]));
  let given = 0;
  let waiting: readonly Waiting[] = [];
  let giving = false;
  let strayed = false;
  let lastDecision: number | undefined;
  let whole = true;
  let bytes = bytesIn(JSON.stringify(before));

  /** Gives out together what came together, and lets the code go as far as it gets before the next, as it went then. */
  async function giveOut(): Promise<void> {
    giving = true;
    while (waiting.length > 0) {
      await quiet();
      if ((given += 1) % DECISION_MAX === 0)
        await CancellationScope.nonCancellable(() => sleep(1, { summary: 'Catching up' }));
      const first = Math.min(...waiting.map(({ batch }) => batch));
      const due = waiting.filter(({ batch }) => batch === first).sort((a, b) => a.at - b.at);
      waiting = waiting.filter(({ batch }) => batch !== first);
      for (const { give } of due) give();
    }
    giving = false;
  }

  function add(id: string, learned: Learned): void {
    const text = JSON.stringify([id, learned]);
    bytes += bytesIn(text);
    whole &&= bytes <= MAX_RESULT_BYTES;
    if (!whole) return void batches.splice(0);
    const { historyLength } = workflowInfo();
    if (historyLength !== lastDecision) batches.push([]);
    lastDecision = historyLength;
    // A copy: what the author has been given may be changed.
    batches.at(-1)?.push(JSON.parse(text) as Entry);
  }

  return {
    get behind() {
      return !strayed && (unasked.size > 0 || waiting.length > 0);
    },

    recall(id = '') {
      const place = unasked.get(id);
      if (!place) return undefined;
      unasked.delete(id);
      return new Promise((resolve, reject) => {
        const { learned, batch, at } = place;
        waiting = [...waiting, { batch, at, give: () => tell(learned, resolve, reject) }];
        if (!giving) void giveOut();
      });
    },

    takeNew(step, { attempts }) {
      if (unasked.size === 0) return;
      strayed = true;
      if (attempts > 1) return;
      throw fail(
        'broken',
        `Step ${step} was not begun. The job went on in a new run, where its code has to ask for the same steps with the same input again, and it asked for another one: what it did before might have been done twice.`,
        { sideEffect: 'unknown', of: attempts },
      );
    },

    stray() {
      strayed = true;
    },

    keep(id, value) {
      // Bytes are no JSON, and would come back as something else.
      whole &&= !(value instanceof Uint8Array);
      if (id !== undefined) add(id, value === undefined ? {} : { value });
    },

    keepError(id, error) {
      if (id === undefined) return;
      if (isCancellation(error)) add(id, { cancelled: true });
      if (!(error instanceof ApplicationFailure)) return;
      const { type, message, details } = error;
      add(id, { failed: { type: type ?? '', message, details: details ?? [] } });
    },

    all: () => (whole && !strayed ? batches : undefined),
  };
}

/** Passes on what came, as it came then. */
function tell(learned: Learned, resolve: (value: unknown) => void, reject: (error: Error) => void): void {
  if ('cancelled' in learned) return reject(new CancelledFailure('The step was cancelled.'));
  if ('failed' in learned)
    return reject(
      ApplicationFailure.create({ ...learned.failed, details: [...learned.failed.details], nonRetryable: true }),
    );
  resolve(learned.value === undefined ? undefined : (JSON.parse(JSON.stringify(learned.value)) as unknown));
}
