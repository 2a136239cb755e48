/** A job that cannot go on since its workflow code throws, in one line for a person who watches the worker. */
import { placeIn } from '../config/place';

/** Longest part that is the error's own, characters. */
const ERROR_MAX = 200;

/** @param error - what the code threw; undefined where that is not known */
export function stuckLine(job: string, error: unknown): string {
  return `cannot go on with ${job}: ${whyOf(error)}. It is tried again, with the code that it began with. Mend the workflow, cancel the job, and call again.`;
}

function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return 'its workflow code fails, and the log of the worker tells how';
  const text = `${error.name}: ${error.message}`.replaceAll(/\p{C}+/gu, ' ').slice(0, ERROR_MAX);
  const place = placeIn(error.stack ?? '');
  return place === undefined ? text : `${text} (${place})`;
}
