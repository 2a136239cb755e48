/** What `/readyz` tells, and the log at each change. Temporal is asked now and then though nobody wants to know. */
import type { Logger } from 'pino';
import type { Condition } from './condition';
import type { Tool } from '../tools';
import { ttlOf } from './view';

/** How often Temporal is asked at most, and at least, milliseconds. */
const FRESH_MS = 2_000;
const WATCH_MS = 10_000;
const HOUR_MS = 3_600_000;

/** What a gateway can do at this moment. */
export interface State {
  /** Why it can do nothing, in one sentence; undefined: it is ready. */
  readonly trouble: string | undefined;
  /** What is wrong though it is ready, a sentence each. */
  readonly warnings: readonly string[];
}

/** For how long jobs of a tool are promised to be kept, milliseconds. */
interface Promised {
  readonly tool: string;
  readonly ms: number;
}

export interface Readiness {
  /** How it is now, or was 2 s ago. */
  now(): Promise<State>;
  stop(): void;
}

/**
 * Begins to watch.
 *
 * @param condition - asks Temporal
 * @param tools - what is offered: their jobs have to be kept for as long as is promised
 */
export function watchReadiness(
  condition: () => Promise<Condition>,
  tools: Iterable<Tool>,
  namespace: string,
  log: Logger,
): Readiness {
  const promised = longestOf(tools);
  let told: string | undefined;
  let state: Promise<State> | undefined;
  let askedAt = 0;

  async function ask(): Promise<State> {
    const { trouble, retentionMs } = await condition();
    const warnings = trouble === undefined ? warningsOf(promised, retentionMs, namespace) : [];
    const words =
      trouble ??
      ['ready: Temporal, its store, the namespace and the search attributes are there', ...warnings].join('. ');
    if (words !== told) log[trouble === undefined && warnings.length === 0 ? 'info' : 'warn'](words);
    told = words;
    return { trouble, warnings };
  }

  function now(): Promise<State> {
    if (state && performance.now() - askedAt < FRESH_MS) return state;
    askedAt = performance.now();
    state = ask().catch((error: unknown) => {
      log.error({ err: error }, 'readiness is not known');
      return { trouble: 'Whether Temporal serves is not known: the log tells why.', warnings: [] };
    });
    return state;
  }

  void now();
  const watch = setInterval(() => void now(), WATCH_MS);
  return { now, stop: () => clearInterval(watch) };
}

/** The tool whose jobs are to be kept longest after their end. */
function longestOf(tools: Iterable<Tool>): Promised {
  return [...tools].reduce(
    (longest, { name, policy }) => {
      const ms = ttlOf(policy);
      return ms > longest.ms ? { tool: name, ms } : longest;
    },
    { tool: '', ms: 0 },
  );
}

function warningsOf({ tool, ms }: Promised, retentionMs: number | undefined, namespace: string): string[] {
  if (retentionMs === undefined || ms <= retentionMs) return [];
  const hours = Math.ceil(ms / HOUR_MS);
  return [
    `Namespace ${namespace} keeps jobs that have ended for ${Math.floor(retentionMs / HOUR_MS)} h, and those of ${tool} are promised for ${hours} h: raise it with temporal operator namespace update -n ${namespace} --retention ${hours}h`,
  ];
}
