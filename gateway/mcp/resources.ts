/** Results as MCP resources, for their owner alone: the way to a large one without a tool call for each page, and to large media. */
import { ResourceNotFoundError } from '@modelcontextprotocol/server';
import type { ReadResourceResult } from '@modelcontextprotocol/server';
import type { Caller, JobId } from '../../workflows/contract';
import type { Answers } from '../call/answer';
import { isGone } from '../errors';
import type { Ids } from '../ids';
import type { Jobs } from '../jobs/jobs';
import { mediaIn } from '../words/media';
import { CONTENT_TEMPLATE, RESULT_TEMPLATE, contentAt, resultAt, resultUri } from '../words/resource-uri';
import { pageAt, wholeOf } from '../words/page';
import type { Presented } from '../words/page';

/** What `resources/templates/list` offers. */
export const RESULT_RESOURCES = [
  {
    uriTemplate: RESULT_TEMPLATE,
    name: 'job-result',
    title: 'Result of a job',
    description: 'The result of a job that is done, in pages of 32,000 characters. _meta names the next page.',
    mimeType: 'text/plain',
  },
  {
    uriTemplate: CONTENT_TEMPLATE,
    name: 'job-content',
    title: 'Picture, sound or file of a job',
    description: 'What was too large for the answer of a job that is done. The answer links to it.',
  },
];

export interface Resources {
  /** One page of a result, or its media. @throws ResourceNotFoundError alike for what is not there, not done, or not the caller's */
  read(caller: Caller, uri: string): Promise<ReadResourceResult>;
}

export function createResources(
  jobs: Pick<Jobs, 'look' | 'outcomeOf'>,
  answers: Pick<Answers, 'presented'>,
  ids: Ids,
): Resources {
  /** The result of a job that is done; undefined when there is none to read. */
  async function resultOf(caller: Caller, id: JobId): Promise<Presented | undefined> {
    const ref = ids.refOf(caller, id);
    try {
      const { tool, status } = await jobs.look(ref);
      const outcome = status === 'done' ? await jobs.outcomeOf(ref) : undefined;
      return outcome?.kind === 'done' ? answers.presented(tool, outcome.value) : undefined;
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  return {
    async read(caller, uri) {
      const [page, media] = [resultAt(uri), contentAt(uri)];
      const id = page?.id ?? media?.id;
      const result = id && (await resultOf(caller, id));
      if (!result) throw new ResourceNotFoundError(uri);
      const _meta = { 'io.holdfast/job': id };
      if (page) {
        const whole = wholeOf(result);
        const { from, end } = pageAt(whole, page.offset);
        const next = end < whole.length && { 'io.holdfast/next': resultUri(id, end) };
        return {
          contents: [{ uri, mimeType: 'text/plain', text: whole.slice(from, end), _meta: { ...next, ..._meta } }],
        };
      }
      const block = media && result.content[media.block];
      const found = block && mediaIn(block);
      if (!found) throw new ResourceNotFoundError(uri);
      return { contents: [{ uri, mimeType: found.mimeType, blob: found.data, _meta }] };
    },
  };
}
