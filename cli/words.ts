/** What a person reads about a job. A gateway's own sentences are for a model: they tell it what to call, and to ask its user. */
import type { CallToolResult } from '@modelcontextprotocol/client';
import { z } from 'zod';
import { excerpt } from '../workflows/excerpt';

const Field = z.looseObject({
  type: z.unknown(),
  title: z.string().optional().catch(undefined),
  description: z.string().optional().catch(undefined),
  enum: z.array(z.unknown()).optional().catch(undefined),
});
const Form = z
  .object({
    properties: z.record(z.string(), Field).catch({}),
    required: z.array(z.string()).catch([]),
  })
  .catch({ properties: {}, required: [] });
const Question = z.object({
  key: z.string(),
  message: z.string(),
  schema: Form.optional(),
  expiresAt: z.string().optional(),
});
type Question = z.output<typeof Question>;

/** A job that has not ended, as an answer has it. */
const Open = z.object({
  job_id: z.string(),
  tool: z.string(),
  status: z.enum(['running', 'input_required']),
  elapsed_s: z.number().optional(),
  cancelling: z.boolean().default(false),
  begins_at: z.string().optional(),
  progress: z.object({ done: z.number(), total: z.number().optional(), message: z.string() }).optional(),
  eta_s: z.number().default(0),
  trouble: z.string().optional(),
  questions: z.array(Question).catch([]),
});

const Listed = z.object({
  job_id: z.string(),
  tool: z.string(),
  status: z.string(),
  started_at: z.string(),
  begins_at: z.string().optional(),
  args: z.string().default(''),
  questions: z.array(Question).default([]),
});
const List = z.object({
  jobs: z.array(Listed),
  schedules: z
    .array(z.object({ schedule_id: z.string(), tool: z.string(), next_at: z.string().optional() }))
    .default([]),
});

const Told = z.object({ job_id: z.string(), status: z.string(), cancelling: z.boolean().default(false) });

/** Longest question in a list, characters. */
const QUESTION_MAX = 200;

/** The text of an answer. */
export function textOf({ content }: CallToolResult): string {
  return content.map((block) => (block.type === 'text' ? block.text : `[${block.type}]`)).join('\n');
}

/** What is said of a job that goes on; of anything else the text of the answer: a tool's own words, or why something failed. */
export function wordsOf(result: CallToolResult): string {
  const { data } = Open.safeParse(result.structuredContent);
  if (result.isError === true || !data) return textOf(result);
  const job = `${data.job_id} (${data.tool})`;
  if (data.cancelling) return `${job} has been told to stop: it ends by itself, or is ended soon.`;
  if (data.begins_at !== undefined) return `${job} begins at ${data.begins_at}.`;
  if (data.status === 'input_required') return [`${job} waits for an answer.`, ...data.questions.map(asked)].join('\n');
  const where = [
    ...(data.elapsed_s === undefined ? [] : [`for ${data.elapsed_s} s`]),
    ...stepIn(data),
    ...(data.eta_s > 0 ? [`about ${data.eta_s} s left`] : []),
  ];
  return `${job} runs ${where.join(', ')}.${data.trouble === undefined ? '' : ` Note: ${data.trouble}.`}`;
}

/** What is said once a job was told to stop. */
export function wordsOfCancel(result: CallToolResult): string {
  const { data } = Told.safeParse(result.structuredContent);
  if (result.isError === true || !data) return textOf(result);
  if (data.cancelling) return `${data.job_id} has been told to stop: it ends by itself, or is ended soon.`;
  return data.status === 'cancelled'
    ? `${data.job_id} is cancelled.`
    : `${data.job_id} had already ended (${data.status}). Nothing was cancelled.`;
}

/** What is said once an answer was handed in. */
export function wordsOfAnswer(result: CallToolResult): string {
  const { data } = Told.safeParse(result.structuredContent);
  if (result.isError === true || !data) return textOf(result);
  return `The answer was handed to ${data.job_id}; of several answers the first counts.`;
}

/** A line for each job, with its arguments, and one for each question that is open. */
export function wordsOfList(result: CallToolResult): string {
  const { data } = List.safeParse(result.structuredContent);
  if (result.isError === true || !data) return textOf(result);
  const lines = [
    ...data.jobs.flatMap(({ job_id, tool, status, started_at, begins_at, args, questions }) => [
      `${job_id}  ${wordOf(status, begins_at).padEnd(15)}  ${begins_at ?? started_at}  ${tool} ${args}`.trimEnd(),
      ...questions.map(({ key, message }) => `    ${key}: ${excerpt(message.replaceAll(/\s+/g, ' '), QUESTION_MAX)}`),
    ]),
    ...data.schedules.map(
      ({ schedule_id, tool, next_at }) => `${schedule_id}  ${'schedule'.padEnd(15)}  next ${next_at ?? '-'}  ${tool}`,
    ),
  ];
  return lines.length > 0 ? lines.join('\n') : 'No jobs.';
}

function wordOf(status: string, beginsAt: string | undefined): string {
  if (beginsAt !== undefined) return 'put off';
  return status === 'input_required' ? 'waits for you' : status;
}

function stepIn({ progress }: z.output<typeof Open>): string[] {
  if (!progress || progress.message === '') return [];
  const { done, total, message } = progress;
  return [`step ${Math.min(done + 1, total ?? Infinity)}${total === undefined ? '' : ` of ${total}`}: ${message}`];
}

function asked({ key, message, schema, expiresAt }: Question): string {
  const open = expiresAt === undefined ? '' : ` (open until ${expiresAt})`;
  const { properties, required } = schema ?? { properties: {}, required: [] };
  const fields = Object.entries(properties).map(([name, field]) => {
    const kind = field.enum ? `one of ${field.enum.join(', ')}` : String(field.type);
    const label = field.title ?? field.description;
    return `  ${name}: ${kind}${required.includes(name) ? '' : ', optional'}${label === undefined ? '' : ` (${label})`}`;
  });
  return [`Question ${key}${open}: ${message}`, ...fields].join('\n');
}
