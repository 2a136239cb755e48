/** Counts what is asked by its method, for the metrics: also what is refused later, and each message of a batch. */
import type { Answer } from '../http/front';
import { isRecord } from '../json';
import type { Metrics } from '../metrics';

/** Answers as `answer` does. */
export function countMethods(answer: Answer, { asked }: Pick<Metrics, 'asked'>): Answer {
  return (request, response, body, visitor) => {
    for (const message of Array.isArray(body) ? (body as unknown[]) : [body])
      if (isRecord(message) && 'method' in message) asked(message['method']);
    return answer(request, response, body, visitor);
  };
}
