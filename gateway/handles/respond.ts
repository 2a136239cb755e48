/** `job_respond`: hands the answer of a person to a job. */
import { z } from 'zod';
import { invalid } from '../words/rejected';
import { createCompanion, jobId, told } from './companion';
import type { Companion, HandleNeeds } from './companion';

export function createJobRespond(needs: HandleNeeds): Companion {
  const { jobs, respond, ids } = needs;
  return createCompanion(
    {
      name: 'job_respond',
      title: 'Answer a question of a job',
      description:
        'Hands the answer of a person to a job with status input_required. Ask the user first: never invent the answer. action "accept" sends content, which must fit the schema in the question; "decline" says no; "cancel" dismisses the question.',
      annotations: { idempotentHint: true },
    },
    z.object({
      job_id: jobId,
      question: z.string().max(64).describe('The key of the question, such as q1'),
      action: z.enum(['accept', 'decline', 'cancel']).default('accept'),
      // Whether it can be an answer is judged in one place, for every way that an answer comes.
      content: z.unknown().optional().meta({ type: 'object', description: 'The answer, for action "accept"' }),
      by: z.string().min(1).max(100).optional().describe('Name of the person who answered, for the record'),
    }),
    async ({ job_id, question: key, action, content, by }, { caller }) => {
      const view = await jobs.look(ids.refOf(caller, job_id));
      const reception = await respond(view, key, { action, content }, by);
      switch (reception.kind) {
        case 'taken': {
          const questions = view.questions.filter((open) => open.key !== key);
          return told(
            { ...view, questions, status: questions.length > 0 ? 'input_required' : 'running' },
            `The answer to ${key} was handed to job ${job_id}; of several answers the first counts. Next: job_wait(${JSON.stringify({ job_ids: [job_id] })})`,
            needs,
          );
        }
        case 'misfit':
          return invalid(`The answer does not fit the question's schema: ${reception.problems}.`);
        case 'closed': {
          const others = view.questions.map((open) => open.key).filter((open) => open !== key);
          const open = others.length === 0 ? 'It has no open question.' : `Open questions: ${others.join(', ')}.`;
          return invalid(
            `Job ${job_id} has no open question ${JSON.stringify(key)}: it was answered, has expired, or never was. ${open}`,
          );
        }
        default:
          return reception satisfies never;
      }
    },
  );
}
