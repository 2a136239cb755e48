/** Takes up what has changed about upstreams while the worker runs: on SIGHUP, and when a file of settings has changed. */
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { BadSetting } from '../config/file';
import type { Catalog } from '../config/catalog';
import type { Expanded } from '../config/expand';
import type { Upstreams } from '../config/upstreams';
import type { WorkerConfig } from './config';

/** Upstreams that can be others. */
export interface Replaceable<U extends Expanded> {
  /**
   * Puts these in the place of the former ones. Those whose settings are the same keep their connections; calls in flight end where they
   * began.
   *
   * @param upstreams - all of them
   */
  readonly replace: (upstreams: U) => void;
}

export interface ReloadNeeds {
  /** Reads the configuration. @throws BadSetting that says what is wrong with it */
  readonly read: () => WorkerConfig;
  /** The upstreams that a worker's activities reach, with the values of their variables. */
  readonly upstreams: Replaceable<Expanded>;
  /** The upstreams whose tools other people's workflows may call. */
  readonly callable: Replaceable<Upstreams>;
  /** The tools of the catalogue, for the same workflows. */
  readonly menu: { replace(catalog: Catalog): void };
  /** Goes on watching these files of settings. Absent: none is watched. */
  readonly watch?: (files: readonly string[]) => void;
  readonly log: Pick<Logger, 'info' | 'error'>;
}

/** The settings that need no restart. */
const TAKEN_UP: ReadonlySet<string> = new Set<keyof WorkerConfig>(['upstreams', 'callable', 'catalog', 'files']);

/** What changed, by name. */
interface Change {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/**
 * Returns what reads the configuration anew. One that is wrong changes nothing, and the log says why; settings that wait for a restart are
 * named there.
 *
 * @param begun - what the worker was started with
 */
export function createReload(
  begun: WorkerConfig,
  { read, upstreams, callable, menu, watch, log }: ReloadNeeds,
): () => void {
  let now = begun.upstreams;
  return () => {
    try {
      const next = read();
      watch?.(next.files); // whether they are taken or not: who corrects one wants it read again
      refuseUnset(now, next.upstreams);
      menu.replace(next.catalog);
      const change = changeOf(now, next.upstreams);
      if (!isDeepStrictEqual(next.upstreams, now)) upstreams.replace(next.upstreams);
      now = next.upstreams;
      callable.replace(next.callable);
      const names = Object.keys(next) as (keyof WorkerConfig)[];
      const waiting = names.filter((name) => !TAKEN_UP.has(name) && !isDeepStrictEqual(next[name], begun[name]));
      log.info(
        { upstreams: change, ...(waiting.length > 0 && { waitingForRestart: waiting }) },
        'configuration was read anew',
      );
    } catch (error) {
      if (!(error instanceof BadSetting)) throw error;
      if (error.files) watch?.(error.files);
      log.error(`The configuration was not read anew, and nothing has changed. ${error.message}`);
    }
  };
}

/** @throws BadSetting when one could no longer be reached. One that cannot be reached already is no reason to leave the others as they are */
function refuseUnset(before: Expanded, after: Expanded): void {
  const unset = Object.entries(after).flatMap(([name, its]) =>
    'unset' in its && !isDeepStrictEqual(its, before[name]) ? its.unset : [],
  );
  if (unset.length > 0) throw new BadSetting(unset.join(' '));
}

function changeOf(before: Expanded, after: Expanded): Change {
  const [old, names] = [Object.keys(before), Object.keys(after)];
  return {
    added: names.filter((name) => !(name in before)),
    changed: names.filter((name) => name in before && !isDeepStrictEqual(before[name], after[name])),
    removed: old.filter((name) => !(name in after)),
  };
}
