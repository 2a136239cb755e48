/** The commands that a person may type next. A gateway's answers do not have them: they name tools for an agent to call. */
import { z } from 'zod';
import { draftOf } from '../project/draft';
import { holdfastFrom, quoted } from './shell';

/** A question with a `request` is for the client's model or roots; a person cannot answer it. */
const Question = z.object({
  key: z.string(),
  schema: z.looseObject({}).catch({}),
  request: z.unknown().optional(),
});
const State = z.object({
  job_id: z.string(),
  status: z.string(),
  begins_at: z.string().optional(),
  cancelling: z.boolean().optional(),
  next: z.object({ tool: z.string(), args: z.unknown() }).optional().catch(undefined),
  questions: z.array(Question).catch([]),
});

/**
 * The commands for a job, each with what it is for; none when there is nothing to do.
 *
 * @param state - the structured content of a gateway's answer
 */
export function nextCommandsOf(state: unknown): readonly string[] {
  const { data } = State.safeParse(state);
  const holdfast = holdfastFrom(process.cwd());
  if (!data || data.cancelling === true) return [];
  if (data.begins_at !== undefined) return [`To call it off: ${holdfast} jobs cancel ${data.job_id}`];
  if (data.status === 'running') return [`To wait for it: ${holdfast} jobs wait ${data.job_id}`];
  if (data.next?.tool === 'job_continue')
    return [`To go on from there: ${holdfast} call job_continue ${quoted(JSON.stringify(data.next.args))}`];
  if (data.status !== 'input_required') return [];
  return data.questions
    .filter(({ request }) => request === undefined)
    .flatMap(({ key, schema }) => [
      `To answer:  ${holdfast} jobs answer ${data.job_id} ${key} ${quoted(JSON.stringify(draftOf({ ...schema, type: 'object' })))}`,
      `To decline: ${holdfast} jobs answer ${data.job_id} ${key} --decline`,
    ]);
}
