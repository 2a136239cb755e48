/** What waits in the queues, and for how long. */
import { createBacklog } from '../../gateway/jobs/backlog';
import type { Store } from '../../gateway/jobs/connection';
import type { Waiting } from '../../gateway/metrics';
import { WEBHOOKS_QUEUE, queueOf } from '../../workflows/contract';
import { spanText } from './finding';
import type { Finding } from './finding';

/** A live fleet takes what waits within milliseconds; one that is busy takes longer. */
const OLD_MS = 60_000;

/** @param limited - names of the queues that have a limit of their own */
export async function queuesOf(store: Store, limited: readonly string[]): Promise<Finding[]> {
  const names = [...new Set([WEBHOOKS_QUEUE, ...limited])].map(queueOf);
  return (await createBacklog(store, names).waiting()).map(findingOf);
}

function findingOf({ queue, kind, waiting, ageS, pollers }: Waiting): Finding {
  const ageMs = ageS * 1_000;
  const what = `Queue ${queue}, ${kind === 'workflow' ? 'decisions' : 'steps'}: `;
  if (pollers === 0)
    return {
      is: 'ill',
      what: `${what}no worker polls it${waiting > 0 ? `, and ${waiting} wait` : ''}`,
      advice: 'Start a worker; one whose worker.queues names the queue, if it has a limit of its own.',
    };
  if (waiting === 0) return { is: 'well', what: `${what}nothing waits` };
  return {
    is: ageMs > OLD_MS ? 'ill' : 'well',
    what: `${what}${waiting} wait, the first for ${spanText(ageMs)}`,
    advice: 'Start more workers, or see what those that run are busy with.',
  };
}
