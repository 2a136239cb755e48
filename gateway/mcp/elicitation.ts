/**
 * Elicitation for 2025 clients: the question goes out on one stream that is open (`call/watch.ts` says on which), and its id is
 * signed, so that the answer, which comes as a request of its own, may reach any replica. Asked again, it has another id.
 */
import { randomUUID } from 'node:crypto';
import { RELATED_TASK_META_KEY } from '@modelcontextprotocol/server';
import type { JSONRPCRequest } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Caller, Question } from '../../workflows/contract';
import type { TakeNote } from '../audit';
import { unlessGone } from '../errors';
import { JOB_ID, isJobId } from '../ids';
import type { Ids, JobRef } from '../ids';
import type { Jobs } from '../jobs/jobs';
import { requestOf } from '../words/question';
import type { Respond } from '../call/respond';
import type { Seals } from '../seal';

/** Begins the id of every request of ours. */
const PREFIX = 'in.';

const Asked = z.object({ job: z.string().regex(JOB_ID), key: z.string(), owner: z.string(), until: z.number() });

const absent = z.undefined().optional();
const message = { jsonrpc: z.literal('2.0'), id: z.string().startsWith(PREFIX), method: absent };
const Response = z.union([
  z.looseObject({ ...message, result: z.record(z.string(), z.unknown()), error: absent }),
  z.looseObject({ ...message, result: absent, error: z.record(z.string(), z.unknown()) }),
]);

export interface Elicitation {
  /** The JSON-RPC request that puts `question` before the client's user. `ofTask`: whether the client knows the job as a task. */
  requestFor(ref: JobRef, question: Question, caller: Caller, ofTask: boolean): JSONRPCRequest;
  /** Whether a posted body answers a request of ours. */
  isResponse(body: unknown): boolean;
  /**
   * Hands a posted answer to its job. One that is late, forged or someone else's is dropped: there is nobody to tell. Returns
   * what keeps it from fitting its question, which stays open for another answer under the same id.
   *
   * @throws Problem `unavailable`
   */
  take(body: unknown, caller: Caller, note: TakeNote): Promise<string | undefined>;
}

export interface ElicitationNeeds {
  readonly jobs: Pick<Jobs, 'look'>;
  readonly respond: Respond;
  readonly ids: Ids;
  readonly seals: Seals;
}

export function createElicitation({ jobs, respond, ids, seals: { seal, open } }: ElicitationNeeds): Elicitation {
  return {
    requestFor(ref, question, caller, ofTask) {
      const until = Date.parse(question.expiresAt);
      const note = { job: ref.id, key: question.key, owner: ids.subjectTag(caller), until, nonce: randomUUID() };
      const id = `${PREFIX}${seal('question', note)}`;
      const { method, params } = requestOf(question);
      const _meta = { [RELATED_TASK_META_KEY]: { taskId: ref.id } };
      return { jsonrpc: '2.0' as const, id, method, params: { ...params, ...(ofTask && { _meta }) } };
    },

    isResponse: (body) => Response.safeParse(body).success,

    async take(body, caller, note) {
      const { id, result } = Response.parse(body);
      const asked = open('question', id.slice(PREFIX.length), Asked);
      if (!asked || !isJobId(asked.job) || !ids.tagsOf(caller).includes(asked.owner) || asked.until < Date.now()) {
        note({ refused: 'no_question' });
        return undefined;
      }
      note({ job: asked.job });
      // An error means that the client could not show it, or that its user closed it.
      const response = result ?? { action: 'cancel' };
      try {
        const reception = await respond(await jobs.look(ids.refOf(caller, asked.job)), asked.key, response);
        if (reception.kind !== 'taken') note({ refused: reception.kind });
        return reception.kind === 'misfit' ? reception.problems : undefined;
      } catch (error) {
        return unlessGone(error);
      }
    },
  };
}
