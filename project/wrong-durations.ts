/** Durations that are none. Types tell most, and JavaScript has none. */
import { msToNumber } from '@temporalio/common/lib/time';
import type { Duration, PolicyInWords } from '../workflows/define-tool';

const IN_POLICY = ['budget', 'stepTimeout', 'heartbeat', 'ask', 'wait', 'ttl'] as const;
const IN_RETRY = ['initial', 'max'] as const;

/** The word that has one, and a sentence about it. */
export interface WrongDuration {
  readonly word: string;
  readonly sentence: string;
}

export function wrongDurations({ policy = {} }: { readonly policy?: PolicyInWords }): readonly WrongDuration[] {
  const given: (readonly [string, string, Duration | undefined])[] = [
    ...IN_POLICY.map((word) => [word, `policy.${word}`, policy[word]] as const),
    ...IN_RETRY.map((word) => [word, `policy.retry.${word}`, policy.retry?.[word]] as const),
  ];
  return given.flatMap(([word, where, duration]) =>
    duration === undefined || isDuration(duration)
      ? []
      : [
          {
            word,
            sentence: `${where} is no duration: ${JSON.stringify(duration)}. Write a number and a unit, such as '30 s', '5 minutes' or '2 hours'.`,
          },
        ],
  );
}

function isDuration(duration: Duration): boolean {
  try {
    return Number.isFinite(msToNumber(duration));
  } catch {
    return false;
  }
}
