/** What is known of one HTTP request, for the operator's log. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Caller } from '../workflows/contract';

export interface Visit {
  /** Names it in the log: what a proxy has named it, in `X-Request-Id`, or a number of ours. */
  readonly id: string;
  /** Who sent it, once that is known. */
  caller?: Caller;
  /** The log has a line of it. */
  told: boolean;
}

/** What may stand in a line. */
const GIVEN = /^[\w.-]{1,64}$/;
/** Tells the numbers of this process from those of others. */
const PROCESS = randomBytes(4).toString('hex');
let last = 0;

export function visitOf({ headers }: IncomingMessage): Visit {
  const given = headers['x-request-id'];
  const id = typeof given === 'string' && GIVEN.test(given) ? given : `${PROCESS}-${(last += 1)}`;
  return { id, told: false };
}
