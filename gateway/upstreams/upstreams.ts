/** What upstreams offer, kept up to date: their tools go on offer, and their resources and prompts can be found. */
import { isDeepStrictEqual } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';
import { specTypeSchemas } from '@modelcontextprotocol/server';
import type { Logger } from 'pino';
import type { UpstreamSettings, Upstreams as Settings } from '../../config/upstreams';
import { changesBetween } from '../../workflows/upstream-changes';
import { isProblem } from '../errors';
import type { Listings } from '../jobs/listings';
import type { OpenOffered } from '../offered';
import { createNamed } from './named';
import type { Known } from './named';
import { createOffers } from './offers';

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
  readonly taken: Pick<ReadonlySet<string>, 'has'>;
  /** Told when anything but tools has changed. */
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
  const offers = createOffers(listings, specTypeSchemas);

  const known = (): readonly Known[] => [...followed.values()].map((one) => one.known);

  function publish(): void {
    const all = known();
    offered.replace(named(all), Math.min(...all.map(({ state }) => state?.ttlMs ?? Infinity)));
  }

  /** Makes a change, and has told what is different after it. */
  function changing(change: () => void): void {
    const before = known().flatMap(partsOf);
    change();
    publish();
    if (!isDeepStrictEqual(before, known().flatMap(partsOf))) onParts();
  }

  /** Follows one upstream until it is gone from the configuration. */
  async function follow(name: string, one: () => Followed, signal: AbortSignal, onLook: () => void): Promise<void> {
    const { settings } = one();
    const keep = (): Promise<void> =>
      listings.keep(name, {
        hold: settings.on_change === 'hold',
        ...(settings.queue !== undefined && { queue: settings.queue }),
      });
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
        // A listing that was begun anew knows nothing yet.
        const listing = (await offers.of(name, kept.run)) ?? before.listing;
        if (isOver()) return;
        const { state } = kept;
        changing(() => (one().known = { ...before, listing, state }));
        tell(before, one().known);
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
      const former = new Map(followed);
      changing(() => {
        followed.clear(); // it is filled in the order of the configuration
        for (const [name, its] of wanted) {
          const before = former.get(name);
          const stays = before && JSON.stringify(before.settings) === JSON.stringify(its);
          followed.set(name, stays ? before : begin(name, its, before?.known));
        }
      });
      for (const [name, { end }] of former) if (followed.get(name)?.end !== end) end.abort();
    },

    async looked() {
      await Promise.all([...followed.values()].map((one) => one.looked));
    },
    known,

    stop() {
      for (const { end } of followed.values()) end.abort();
    },
  };

  /** @param before - what is known of it by former settings: it counts until more is known */
  function begin(name: string, settings: UpstreamSettings, before?: Known): Followed {
    const end = new AbortController();
    let onLook: () => void = () => undefined;
    const one: Followed = {
      settings,
      end,
      looked: new Promise((resolve) => (onLook = resolve)),
      known: { name, settings, listing: before?.listing, state: before?.state },
    };
    void follow(name, () => one, end.signal, onLook);
    return one;
  }
}

/** All that is not tools, and what it is listed by. */
const partsOf = ({ name, settings: { prefix }, listing }: Known): readonly unknown[] => {
  const { resources = [], resourceTemplates = [], prompts = [] } = listing ?? {};
  const lists = [resources, resourceTemplates, prompts];
  return lists.every((list) => list.length === 0) ? [] : [[name, prefix, ...lists]];
};
