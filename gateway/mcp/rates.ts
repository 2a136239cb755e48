/** How fast one caller may ask: calls, and everything else. Each message of a batch counts. */
import type { Caller } from '../../workflows/contract';
import { Problem } from '../errors';
import type { Answer } from '../http/front';
import { createPace } from '../http/pace';
import type { Rate } from '../http/pace';
import { idOf, refuse } from '../http/refusal';
import { isRecord } from '../json';

/** Requests of one caller in a second. */
export interface Rates {
  readonly calls: number;
  readonly reads: number;
}

/** So many seconds' worth may come at once: agents ask in bursts. */
const BURST_S = 2;

/**
 * Passes on what comes at a bearable pace. A request over it is refused, and told when to come again.
 *
 * @param rules - read with each request: an operator may change them meanwhile
 */
export function paced(answer: Answer, rules: { readonly rates: Rates }): Answer {
  const rateOf = (perSecond: number): Rate => ({ perSecond, burst: perSecond * BURST_S });
  const calls = createPace(() => rateOf(rules.rates.calls));
  const reads = createPace(() => rateOf(rules.rates.reads));

  function waitMs(messages: readonly unknown[], { tenant, subject }: Caller): number {
    const name = JSON.stringify([tenant, subject]);
    const called = messages.filter(isCall).length;
    return reads.take(name, messages.length - called) || calls.take(name, called);
  }

  return (request, response, body, visitor) => {
    const wait = waitMs(Array.isArray(body) ? body : [body], visitor.caller);
    if (wait === 0) return answer(request, response, body, visitor);
    refuse(response, new Problem('too_fast', { retryAfterS: Math.ceil(wait / 1_000) }), idOf(body));
  };
}

const isCall = (message: unknown): boolean => isRecord(message) && message['method'] === 'tools/call';
