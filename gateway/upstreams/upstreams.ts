/** What upstreams offer, kept up to date: their tools go on offer, and their resources and prompts can be found. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { UpstreamSettings, Upstreams as Settings } from '../../config/upstreams';
import { changesBetween } from '../../workflows/upstream-changes';
import { isProblem } from '../errors';
import type { Listings } from '../jobs/listings';
import type { OpenOffered } from '../offered';
import { createNamed } from './named';
import type { Known } from './named';

/** Pause before Temporal is asked again that could not be reached, milliseconds. */
const AGAIN_MS = 2_000;

export interface Upstreams {
  /** Goes on with these. Only those that are new, gone or set otherwise are touched. */
  replace(settings: Settings): void;
  /** Resolves when all have been looked at once, which is soon: nobody waits for an upstream here. */
  looked(): Promise<void>;
  /** All of them, in the order of the configuration. */
  readonly known: () => readonly Known[];
  stop(): void;
}

export interface UpstreamsNeeds {
  readonly listings: Pick<Listings, 'keep' | 'look' | 'begun' | 'over'>;
  readonly offered: OpenOffered;
  /** Names that belong to other tools. */
  readonly taken: ReadonlySet<string>;
  /** Told when anything but tools may have changed. */
  readonly onParts: () => void;
  readonly log: Logger;
}

interface Followed {
  readonly settings: UpstreamSettings;
  readonly end: AbortController;
  readonly looked: Promise<void>;
  known: Known;
}

export function createUpstreams({ listings, offered, taken, onParts, log }: UpstreamsNeeds): Upstreams {
  const followed = new Map<string, Followed>();
  const named = createNamed(taken);

  const known = (): readonly Known[] => [...followed.values()].map((one) => one.known);

  function publish(): void {
    const all = known();
    offered.replace(named(all), Math.min(...all.map(({ state }) => state?.ttlMs ?? Infinity)));
  }

  /** Follows one upstream until it is gone from the configuration. */
  async function follow(name: string, one: () => Followed, signal: AbortSignal, onLook: () => void): Promise<void> {
    const { settings } = one();
    const keep = (): Promise<void> =>
      listings.keep(name, {
        hold: settings.on_change === 'hold',
        ...(settings.queue !== undefined && { queue: settings.queue }),
      });
    let run: string | undefined;
    let isKept = false;
    const isOver = (): boolean => signal.aborted;
    while (!isOver()) {
      try {
        if (!isKept) await keep();
        isKept = true;
        const kept = await listings.look(name);
        if (!kept) {
          isKept = false;
          await pause(AGAIN_MS, undefined, { signal });
          continue;
        }
        const before = one().known;
        const listing = kept.run === run ? before.listing : (await listings.begun(name, kept.run)).known;
        run = kept.run;
        if (isOver()) return;
        one().known = { ...before, listing, state: kept.state };
        tell(before, one().known);
        publish();
        if (before.listing !== listing) onParts();
        onLook();
        await listings.over(name, kept.run, signal);
      } catch (error) {
        if (isOver()) return;
        if (!isProblem(error, 'unavailable'))
          log.error({ err: error, upstream: name }, 'an upstream is not followed for a moment');
        await pause(AGAIN_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Tells the operator of each change, once. */
  function tell({ state: before, listing: former }: Known, { name, state, listing }: Known): void {
    if (former && listing && former.digest !== listing.digest)
      log.info({ upstream: name, ...changesBetween(former, listing) }, 'upstream offers something else');
    if (!state || (before?.state === state.state && before.held?.digest === state.held?.digest)) return;
    const { why = '', tools, held, since } = state;
    const facts = { upstream: name, tools, since, ...(held && { held }) };
    const left = listing?.left ?? [];
    if (state.state === 'failed') log.warn(facts, `upstream failed: ${why}`);
    else if (held) log.warn(facts, 'changes of an upstream are held back: holdfast upstreams shows them');
    else log.info({ ...facts, ...(left.length > 0 && { left }) }, 'upstream connected');
  }

  return {
    replace(settings) {
      const wanted = Object.entries(settings).filter(([, { disabled }]) => !disabled);
      const names = new Set(wanted.map(([name]) => name));
      for (const [name, { end, settings: before }] of followed) {
        if (names.has(name) && JSON.stringify(before) === JSON.stringify(settings[name])) continue;
        end.abort();
        followed.delete(name);
      }
      for (const [name, its] of wanted) {
        const before = followed.get(name);
        followed.delete(name); // it is put back, in the order of the configuration
        if (before) followed.set(name, before);
        else followed.set(name, begin(name, its));
      }
      publish();
    },

    async looked() {
      await Promise.all([...followed.values()].map((one) => one.looked));
    },
    known,

    stop() {
      for (const { end } of followed.values()) end.abort();
    },
  };

  function begin(name: string, settings: UpstreamSettings): Followed {
    const end = new AbortController();
    let onLook: () => void = () => undefined;
    const one: Followed = {
      settings,
      end,
      looked: new Promise((resolve) => (onLook = resolve)),
      known: { name, settings, listing: undefined, state: undefined },
    };
    void follow(name, () => one, end.signal, onLook);
    return one;
  }
}
