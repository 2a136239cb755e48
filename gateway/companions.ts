/** The five handle tools: how a client that knows no tasks waits for a job, reads it, answers it, cancels it and finds it again. */
import { fromJsonSchema } from '@modelcontextprotocol/server';
import type { CallToolResult, JsonSchemaType, Tool as ListedTool } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { JobId, JsonSchema } from '../workflows/contract';
import type { Answers } from './answer';
import type { CallRequest } from './call';
import { metaOf, stateOf, statusLine } from './handle';
import type { Ids, JobRef } from './ids';
import type { Jobs } from './jobs';
import { json, page, rejected } from './result';
import { checkWith, jsonSchemaOf } from './tools';
import { isClosed } from './view';
import type { JobView } from './view';
import type { Watch } from './watch';

/** A handle tool, ready to be listed and run. */
export interface Companion {
  readonly listed: ListedTool;
  readonly run: (args: unknown, request: CallRequest) => Promise<CallToolResult>;
}

const jobId = z
  .templateLiteral(['job_', z.string().regex(/^[0-9a-hjkmnp-tv-z]{16}$/)], 'a job id looks like job_7k3m9q2x4v8ht5wz')
  .describe('The job id, exactly as it was given');

function companion<I extends z.ZodType>(
  listed: Pick<ListedTool, 'name' | 'title' | 'description' | 'annotations'>,
  input: I,
  run: (input: z.output<I>, request: CallRequest) => Promise<CallToolResult>,
): Companion {
  return {
    listed: { ...listed, inputSchema: jsonSchemaOf(input, 'input') },
    run: async (args, request) => {
      const checked = checkWith(input, args);
      if (!checked.ok)
        return rejected(`The arguments of ${listed.name} do not fit its schema: ${checked.problems}.`, {
          kind: 'invalid_input',
          retryable: false,
          side_effect: 'none',
        });
      return run(checked.input as z.output<I>, request);
    },
  };
}

/** Makes the handle tools. `patienceMs` is the longest wait of `job_wait` unless it is asked for less or more. */
export function companionsFor(
  jobs: Jobs,
  watch: Watch,
  answers: Answers,
  ids: Ids,
  patienceMs: number,
): readonly Companion[] {
  const refOf = ({ caller }: CallRequest, id: JobId): JobRef => ids.refOf(caller, id);

  const wait = companion(
    {
      name: 'job_wait',
      title: 'Wait for jobs',
      description:
        'Waits until jobs end and returns their results. Blocks for up to timeout_s seconds; a job that is still running then is reported as running: call job_wait again with the same job_ids. This is the way to get the result of a tool that answered with a job id. Never call the original tool again for it.',
      annotations: { readOnlyHint: true, idempotentHint: true },
    },
    z.object({
      job_ids: z.array(jobId).min(1).max(10).describe('The jobs to wait for, at most 10'),
      mode: z.enum(['all', 'any']).default('all').describe('"all": until every job has ended; "any": until one has'),
      timeout_s: z
        .number()
        .min(0)
        .max(240)
        .default(patienceMs / 1000)
        .describe('Longest wait in seconds'),
    }),
    async ({ job_ids, mode, timeout_s }, request) => {
      const refs = [...new Set(job_ids)].map((id) => refOf(request, id));
      const before = await Promise.all(refs.map((ref) => jobs.look(ref)));
      request.accepted();
      const enough = new AbortController();
      const signal = AbortSignal.any([request.signal, enough.signal]);
      const waits = before.map(async (view) => {
        const outcome = await watch.wait(view.ref, { ms: timeout_s * 1000, signal, onView: request.onView });
        if (outcome && mode === 'any') enough.abort();
        return answers.about(view.ref, view.tool, outcome, view);
      });
      return joined(await Promise.all(waits));
    },
  );

  const result = companion(
    {
      name: 'job_result',
      title: 'Read the result of a job',
      description:
        'Reads the result of a job that has ended, in pages of 32,000 characters; of a job that is still running, what it has found so far (marked PARTIAL). Does not wait: use job_wait for that.',
      annotations: { readOnlyHint: true, idempotentHint: true },
    },
    z.object({ job_id: jobId, offset: z.int().min(0).default(0).describe('Where the page begins, in characters') }),
    async ({ job_id, offset }, request) => {
      const view = await jobs.look(refOf(request, job_id));
      if (!isClosed(view)) return partialPage(view, offset);
      const outcome = await jobs.poll(view.ref, request.signal);
      if (outcome?.kind === 'done')
        return page(view.ref, answers.textOf(view.tool)(outcome.value), offset, answers.auditOf(view.ref));
      if (outcome?.kind === 'partial')
        return page(
          view.ref,
          `PARTIAL result (its working time ended before it was done):\n${json(outcome.value)}`,
          offset,
          answers.auditOf(view.ref),
        );
      return answers.about(view.ref, view.tool, outcome);
    },
  );

  async function partialPage(view: JobView, offset: number): Promise<CallToolResult> {
    const found = await answers.partialOf(view);
    const words = found === undefined ? 'Nothing to read yet.' : `PARTIAL: what it has found so far:\n${json(found)}`;
    return page(view.ref, `${statusLine(view)}\n${words}`, offset, answers.auditOf(view.ref));
  }

  const cancel = companion(
    {
      name: 'job_cancel',
      title: 'Cancel a job',
      description:
        'Stops a job for good. What it has found so far stays readable with job_result. A job that has ended stays as it is.',
      annotations: { destructiveHint: true, idempotentHint: true },
    },
    z.object({ job_id: jobId }),
    async ({ job_id }, request) => {
      const ref = refOf(request, job_id);
      const view = await jobs.look(ref);
      if (isClosed(view))
        return told(
          view,
          `Job ${ref.id} (${view.tool}) had already ended (${view.status}). Nothing was cancelled; job_result reads it.`,
        );
      await jobs.cancel(ref);
      request.accepted();
      const outcome = await watch.wait(ref, { ms: Math.min(patienceMs, 10_000), signal: request.signal });
      const after = await jobs.look(ref);
      const words =
        outcome || isClosed(after)
          ? `Job ${ref.id} (${view.tool}) is now ${after.status}.`
          : `Job ${ref.id} (${view.tool}) has been told to stop and will end shortly.`;
      return told(after, `${words} What it found, if anything: job_result(${JSON.stringify({ job_id: ref.id })})`);
    },
  );

  const respond = companion(
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
      content: z.record(z.string(), z.unknown()).optional().describe('The answer, for action "accept"'),
    }),
    async ({ job_id, question: key, action, content }, request) => {
      const view = await jobs.look(refOf(request, job_id));
      const question = view.questions.find((open) => open.key === key);
      if (!question) {
        const open =
          view.questions.length === 0
            ? 'It has no open question.'
            : `Open questions: ${view.questions.map((other) => other.key).join(', ')}.`;
        return rejected(
          `Job ${view.ref.id} has no open question ${JSON.stringify(key)}: it was answered, has expired, or never was. ${open}`,
          { kind: 'invalid_input', retryable: false, side_effect: 'none' },
        );
      }
      const problems = action === 'accept' ? await misfit(question.schema, content) : undefined;
      if (problems !== undefined)
        return rejected(`The answer does not fit the question's schema: ${problems}.`, {
          kind: 'invalid_input',
          retryable: true,
          side_effect: 'none',
        });
      await jobs.respond(view.ref, { key, action, ...(action === 'accept' && content && { content }) });
      return told(
        view,
        `The answer to ${key} was handed to job ${view.ref.id}. Next: job_wait(${JSON.stringify({ job_ids: [view.ref.id] })})`,
      );
    },
  );

  const list = companion(
    {
      name: 'job_list',
      title: 'List your jobs',
      description:
        'Lists your latest jobs, newest first: id, tool, status, start. Use it when a job id was lost. A job that has just started may take a second to appear.',
      annotations: { readOnlyHint: true, idempotentHint: true },
    },
    z.object({
      running: z.boolean().default(false).describe('Only jobs that have not ended'),
      tool: z
        .string()
        .regex(/^[A-Za-z0-9_.-]{1,64}$/)
        .optional()
        .describe('Only jobs of this tool'),
      limit: z.int().min(1).max(50).default(10),
    }),
    async (filter, { caller }) => {
      const found = await jobs.list(caller, filter);
      const lines = found.map(
        ({ ref, tool, status, startedAt }) => `${ref.id}  ${status.padEnd(9)}  ${startedAt.toISOString()}  ${tool}`,
      );
      return {
        content: [{ type: 'text', text: lines.length > 0 ? lines.join('\n') : 'No jobs.' }],
        structuredContent: {
          jobs: found.map(({ ref, tool, status, startedAt }) => ({
            job_id: ref.id,
            tool,
            status,
            started_at: startedAt.toISOString(),
          })),
        },
      };
    },
  );

  const told = (view: JobView, text: string): CallToolResult => ({
    content: [{ type: 'text', text }],
    structuredContent: stateOf(view, undefined),
    ...metaOf(view.ref.id, answers.auditOf(view.ref)),
  });

  return [wait, result, cancel, respond, list];
}

/** What keeps an answer from fitting the question's own schema; undefined when it fits. */
async function misfit(schema: JsonSchema, content: unknown): Promise<string | undefined> {
  const result = await fromJsonSchema(schema as JsonSchemaType)['~standard'].validate(content ?? {});
  return result.issues
    ?.slice(0, 5)
    .map(({ message }) => message)
    .join('; ');
}

/** Many answers in one: the texts one below the other. An error only if all of them are. */
function joined(results: readonly CallToolResult[]): CallToolResult {
  const [only] = results;
  if (only && results.length === 1) return only;
  return {
    isError: results.every(({ isError }) => isError === true),
    content: results.flatMap(({ content }) => content),
    structuredContent: {
      jobs: results.map(({ structuredContent, _meta }) =>
        Object.assign({ job_id: _meta?.['io.holdfast/job'] }, structuredContent),
      ),
    },
  };
}
