/** Results as MCP resources, for their owner alone: the way to a large one without a tool call for each page. */
import { ResourceNotFoundError } from '@modelcontextprotocol/server';
import type { ReadResourceResult } from '@modelcontextprotocol/server';
import type { Caller } from '../../workflows/contract';
import type { Answers } from '../call/answer';
import { isGone } from '../errors';
import type { Ids } from '../ids';
import type { Jobs } from '../jobs/jobs';
import { RESULT_TEMPLATE, resultAt, resultUri } from '../words/resource-uri';
import { pageAt, wholeOf } from '../words/page';

/** What `resources/templates/list` offers. */
export const RESULT_RESOURCES = [
  {
    uriTemplate: RESULT_TEMPLATE,
    name: 'job-result',
    title: 'Result of a job',
    description: 'The result of a job that is done, in pages of 32,000 characters. _meta names the next page.',
    mimeType: 'text/plain',
  },
];

export interface Resources {
  /** One page of a result. @throws ResourceNotFoundError alike for what is not there, not done, or not the caller's */
  read(caller: Caller, uri: string): Promise<ReadResourceResult>;
}

export function createResources(
  jobs: Pick<Jobs, 'look' | 'outcomeOf'>,
  answers: Pick<Answers, 'contentOf'>,
  ids: Ids,
): Resources {
  return {
    async read(caller, uri) {
      const asked = resultAt(uri);
      if (!asked) throw new ResourceNotFoundError(uri);
      const ref = ids.refOf(caller, asked.id);
      try {
        const { tool, status } = await jobs.look(ref);
        const outcome = status === 'done' ? await jobs.outcomeOf(ref) : undefined;
        if (outcome?.kind !== 'done') throw new ResourceNotFoundError(uri);
        const whole = wholeOf(answers.contentOf(tool, outcome.value), outcome.value);
        const { from, end } = pageAt(whole, asked.offset);
        const next = end < whole.length ? { 'io.holdfast/next': resultUri(ref.id, end) } : {};
        const text = whole.slice(from, end);
        return { contents: [{ uri, mimeType: 'text/plain', text, _meta: { ...next, 'io.holdfast/job': ref.id } }] };
      } catch (error) {
        throw isGone(error) ? new ResourceNotFoundError(uri) : error;
      }
    },
  };
}
