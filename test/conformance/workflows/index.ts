/** The workflows of the conformance tools. */
import { ApplicationFailure, sleep } from '@temporalio/workflow';
import { fail } from '../../../workflows/failure';
import { job } from '../../../workflows/job';
import type { Job } from '../../../workflows/job';
import type { Reply } from '../../../workflows/questions';
import type { ToolDefinition } from '../../../workflows/define-tool';
import type { z } from 'zod';

type Says<I = Record<string, never>> = ToolDefinition<z.ZodType<I>, z.ZodType<{ text: string }>>;
const says = <I>(run: (input: I, job: Job) => Promise<string>) =>
  job<Says<I>>(async (input, kit) => ({ text: await run(input, kit) }));

/** Longer than the grace after which a call becomes a task. */
const LATER_MS = 1_000;

const object = (properties: object, required: readonly string[] = Object.keys(properties)) => ({
  type: 'object',
  properties,
  required,
});
const named = object({ name: { type: 'string' } });
const confirm = object({ confirm: { type: 'boolean' } });
const contentOf = (reply: Reply): Readonly<Record<string, unknown>> =>
  reply.action === 'expired' ? {} : (reply.content ?? {});

const sampling = (prompt: string) => ({
  message: prompt,
  schema: {},
  request: {
    method: 'sampling/createMessage' as const,
    params: { messages: [{ role: 'user', content: { type: 'text', text: prompt } }], maxTokens: 100 },
  },
});
const roots = { message: 'Roots', schema: {}, request: { method: 'roots/list' as const, params: {} } };
const sampledText = (reply: Reply): string =>
  String((contentOf(reply)['content'] as { readonly text?: unknown } | undefined)?.text);

export const say = says(() => Promise.resolve('This is a simple text response for testing.'));
export const refuse = says(() => {
  throw fail('refused', 'This tool intentionally returns an error for testing', { sideEffect: 'none' });
});
export const progress = says(async (_input, kit) => {
  kit.progress({ total: 100 });
  for (const done of [0, 50, 100]) {
    kit.progress({ done, message: `Completed step ${done} of 100` });
    await sleep(1_500);
  }
  return 'done';
});

export const sample = says<{ prompt: string }>(async ({ prompt }, kit) => {
  return `LLM response: ${sampledText(await kit.ask(sampling(prompt)))}`;
});
export const elicit = says<{ message: string }>(async ({ message }, kit) => {
  const reply = await kit.ask({
    message,
    schema: object({
      username: { type: 'string', description: "User's response" },
      email: { type: 'string', description: "User's email address" },
    }),
  });
  return `User response: ${JSON.stringify(reply)}`;
});
export const elicitStreaming = says(async (_input, kit) => {
  return `User response: ${JSON.stringify(await kit.ask({ message: 'What is your name?', schema: named }))}`;
});
export const elicitDefaults = says(async (_input, kit) => {
  const properties = {
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', default: true },
  };
  return `Elicitation completed: ${JSON.stringify(await kit.ask({ message: 'Defaults', schema: object(properties, []) }))}`;
});
export const elicitEnums = says(async (_input, kit) => {
  const choices = ['1', '2', '3'].map((n) => ({ const: `value${n}`, title: `Option ${n}` }));
  const options = ['option1', 'option2', 'option3'];
  const properties = {
    untitledSingle: { type: 'string', enum: options },
    titledSingle: { type: 'string', oneOf: choices },
    legacyEnum: {
      type: 'string',
      enum: ['opt1', 'opt2', 'opt3'],
      enumNames: ['Option One', 'Option Two', 'Option Three'],
    },
    untitledMulti: { type: 'array', items: { type: 'string', enum: options } },
    titledMulti: { type: 'array', items: { anyOf: choices } },
  };
  return `Elicitation completed: ${JSON.stringify(await kit.ask({ message: 'Choices', schema: object(properties, []) }))}`;
});

export const askName = says(async (_input, kit) => {
  const reply = await kit.ask({ key: 'user_name', message: 'What is your name?', schema: named });
  return `Hello, ${String(contentOf(reply)['name'])}!`;
});
export const askCapital = says(async (_input, kit) =>
  sampledText(await kit.ask({ key: 'capital_question', ...sampling('What is the capital of France?') })),
);
export const askRoots = says(async (_input, kit) => JSON.stringify(await kit.ask({ key: 'client_roots', ...roots })));
export const askConfirm = says(async (_input, kit) => {
  await kit.ask({ key: 'confirm', message: 'Please confirm', schema: object({ ok: { type: 'boolean' } }) });
  return 'state-ok';
});
export const askThree = says(async (_input, kit) => {
  const replies = await Promise.all([
    kit.ask({ key: 'user_name', message: 'What is your name?', schema: named }),
    kit.ask({ key: 'greeting', ...sampling('Generate a greeting') }),
    kit.ask({ key: 'client_roots', ...roots }),
  ]);
  return JSON.stringify(replies);
});
export const askTwice = says(async (_input, kit) => {
  const first = await kit.ask({ key: 'step1', message: 'Step 1: What is your name?', schema: named });
  const second = await kit.ask({
    key: 'step2',
    message: 'Step 2: What is your favorite color?',
    schema: object({ color: { type: 'string' } }),
  });
  return JSON.stringify([first, second]);
});

export const greetByName = says<{ name: string }>(({ name }) => Promise.resolve(`Hello, ${name}!`));
export const compute = says<{ seconds: number; label: string }>(async ({ seconds, label }) => {
  await sleep(Math.max(1, seconds * 1_000));
  return `Computed ${label} in ${seconds} s`;
});
export const failLater = says(async () => {
  await sleep(LATER_MS);
  throw fail('refused', 'The job failed as it was told to.', { sideEffect: 'none' });
});
export const breakLater = says(async () => {
  await sleep(LATER_MS);
  throw ApplicationFailure.nonRetryable('A bug, as it was told to have.');
});
export const confirmDelete = says<{ filename: string }>(async ({ filename }, kit) => {
  await sleep(LATER_MS);
  const reply = await kit.ask({ message: `Delete ${filename}?`, schema: confirm });
  return contentOf(reply)['confirm'] === true ? `Deleted ${filename}` : `Kept ${filename}`;
});
export const twoInputs = says(async (_input, kit) => {
  await sleep(LATER_MS);
  const schema = object({ name: { type: 'string' }, confirm: { type: 'boolean' } }, []);
  return JSON.stringify(
    await Promise.all([kit.ask({ message: 'The first?', schema }), kit.ask({ message: 'The second?', schema })]),
  );
});
export const nameThenTask = says(async (_input, kit) => {
  const reply = await kit.ask({ key: 'user_name', message: 'What is your name?', schema: named });
  await sleep(LATER_MS);
  return `Task done for ${String(contentOf(reply)['name'])}`;
});
