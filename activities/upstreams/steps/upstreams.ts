/** The upstreams of a worker, by name. A reload touches only those whose settings have changed. */
import { isDeepStrictEqual } from 'node:util';
import type { Expanded } from '../../../config/expand';
import { digestOf } from '../digest';
import type { UpstreamLog } from '../log';
import { createMcpUpstream } from '../mcp/mcp';
import { createOpenApiUpstream } from '../openapi/openapi';
import { createUnreached } from '../unreached';
import type { Upstream } from '../upstream';
import { createTelling } from './telling';

/** How long calls in flight of an upstream whose settings have changed may go on as they began, milliseconds. */
const OLD_MS = 86_400_000;

export interface Upstreams {
  /** Undefined: it is not configured here. */
  get(name: string): Upstream | undefined;
  /** Takes other settings. Calls in flight end on what they began with. */
  replace(settings: Expanded): void;
  /** Told that what an upstream offers may have changed. */
  onChange(listener: (name: string) => void): void;
  /** Ends all connections and children. Calls in flight end first, within `withinMs`. */
  close(withinMs: number): Promise<void>;
}

export interface UpstreamsNeeds {
  /** The version of Holdfast, which servers are told. */
  readonly version: string;
  readonly log: UpstreamLog;
}

export function createUpstreams(settings: Expanded, { version, log }: UpstreamsNeeds): Upstreams {
  const present = new Map<string, { readonly settings: Expanded[string]; readonly upstream: Upstream }>();
  /** Upstreams that are replaced and not yet closed. */
  const leaving = new Set<Upstream>();
  const listeners: ((name: string) => void)[] = [];
  const telling = createTelling((name) => {
    for (const listener of listeners) listener(name);
  });

  function create(name: string, chosen: Expanded[string]): Upstream {
    if ('unset' in chosen) {
      log.warn({ upstream: name }, `upstream ${name} cannot be reached from here: ${chosen.unset}`);
      return createUnreached(name, chosen.unset);
    }
    if ('openapi' in chosen) return createOpenApiUpstream(name, chosen, { digestOf });
    const upstream = createMcpUpstream({ name, settings: chosen, version, log });
    upstream.onChange(() => {
      if (present.get(name)?.upstream === upstream) telling.changed(name);
    });
    return upstream;
  }

  function leave(name: string): void {
    const left = present.get(name)?.upstream;
    present.delete(name);
    telling.forget(name);
    if (!left) return;
    leaving.add(left);
    void left.close(OLD_MS).finally(() => leaving.delete(left));
  }

  function replace(next: Expanded): void {
    for (const name of [...present.keys()]) if (!next[name] || isDisabled(next[name])) leave(name);
    for (const [name, chosen] of Object.entries(next)) {
      const known = present.get(name);
      if (isDisabled(chosen) || (known && isDeepStrictEqual(known.settings, chosen))) continue;
      leave(name);
      present.set(name, { settings: chosen, upstream: create(name, chosen) });
      if (known) telling.changed(name);
    }
  }

  replace(settings);

  return {
    get: (name) => present.get(name)?.upstream,
    replace,
    onChange: (listener) => void listeners.push(listener),
    async close(withinMs) {
      telling.stop();
      const all = [...[...present.values()].map(({ upstream }) => upstream), ...leaving];
      await Promise.all(all.map((upstream) => upstream.close(withinMs)));
    },
  };
}

const isDisabled = (chosen: Expanded[string]): boolean => 'disabled' in chosen && chosen.disabled;
