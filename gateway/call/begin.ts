/** The first moment of a call: a place, and the job that has it. */
import { setTimeout as pause } from 'node:timers/promises';
import { unlessGone } from '../errors';
import { argsHash } from '../ids';
import type { JobRef } from '../ids';
import type { Jobs } from '../jobs/jobs';
import type { Begun } from '../jobs/keys';
import { callHash } from '../jobs/start';
import type { Earlier } from '../jobs/start';
import type { JobView } from '../jobs/view';
import type { Tool } from '../tools';
import type { Full } from '../words/rejected';
import { inPlace } from './admission';
import type { Admission } from './admission';
import type { CallRequest } from './request';

/** How long the start of another call with the same key may be on its way, milliseconds. */
const ON_ITS_WAY_MS = 300;

/** The job that a call has: started for it, found by its key, or gone on with in another round. */
export interface Held {
  readonly kind: 'held';
  readonly ref: JobRef;
  /** How the job was when the call came to it; undefined in another round, which brings no more than its note. */
  readonly view: JobView | undefined;
  /** It had ended before this call, which has its key. */
  readonly replayed: boolean;
  /** Keys of questions that need not be asked again. */
  readonly answered: readonly string[];
}

/**
 * Starts the job of a call, if there is a place for it. A call whose key has a job already comes back to that without a place.
 *
 * @throws Problem `conflict`, `worn_key`, `unavailable`
 */
export type Begin = (
  tool: Tool,
  input: unknown,
  request: Pick<CallRequest, 'caller' | 'origin'>,
  earlier?: Earlier,
) => Promise<Held | Full>;

export interface BeginNeeds {
  readonly jobs: Pick<Jobs, 'start' | 'joined'>;
  readonly admission: Pick<Admission, 'admit'>;
}

export function createBegin({ jobs, admission }: BeginNeeds): Begin {
  /** Calls with a key that are on their way: those that are equal go as one. */
  const onTheirWay = new Map<string, Promise<Held | Full>>();

  const begin: Begin = async (tool, input, { caller, origin }, earlier) => {
    const place = await admission.admit(caller);
    if (place.kind === 'place') {
      const begun = await inPlace(place, () => jobs.start(tool, input, caller, origin, { earlier }));
      place.keepFor(begun.view.ref);
      return held(begun);
    }
    const { key } = origin;
    if (key === undefined) return place;
    const joined = (): Promise<Begun | undefined> => jobs.joined(tool, input, caller, key, earlier).catch(unlessGone);
    // The call that has the key's place may be on its way, through another gateway.
    const begun = (await joined()) ?? (await pause(ON_ITS_WAY_MS).then(joined));
    return begun ? held(begun) : place;
  };

  return (tool, input, request, earlier) => {
    const { caller, origin } = request;
    if (origin.key === undefined) return begin(tool, input, request, earlier);
    const same = argsHash([caller, tool.name, origin.key, callHash(input, earlier)]);
    const before = onTheirWay.get(same);
    if (before) return before;
    const begun = begin(tool, input, request, earlier).finally(() => onTheirWay.delete(same));
    onTheirWay.set(same, begun);
    return begun;
  };
}

const held = ({ view, replayed }: Begun): Held => ({ kind: 'held', ref: view.ref, view, replayed, answered: [] });
