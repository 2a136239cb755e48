/** `holdfast call` and `holdfast jobs`: calls a tool, and waits until its job ends, however long that takes. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ProtocolError, ProtocolErrorCode, SdkHttpError } from '@modelcontextprotocol/client';
import type { CallToolResult, Client } from '@modelcontextprotocol/client';
import { z } from 'zod';
import { KEY_META } from '../workflows/contract';
import { changedNumberIn } from '../gateway/numbers';
import { connect } from './endpoint';
import type { EndpointOptions } from './endpoint';
import { EXIT, NoGateway } from './exit';
import { nextCommandsOf } from './next-commands';
import { holdfastFrom } from './shell';
import { createStatusLine } from './status-line';
import type { StatusLine } from './status-line';
import { wordsOf, wordsOfAnswer, wordsOfCancel, wordsOfList } from './words';

/** The gateway sends progress every 10 s. One that is silent for this long is gone. */
const SILENCE_MS = 25_000;
/** How long a gateway may be gone during a call. */
const RECONNECT_MS = 60_000;
/** Pause between two attempts to reach it again. */
const ASK_AGAIN_MS = 1_000;
const JOB_WAIT = 'job_wait';

export interface CallOptions extends EndpointOptions {
  readonly json: boolean;
  /** The idempotency key: the same key means the same job. */
  readonly key?: string;
}

const State = z
  .object({
    job_id: z.string().optional(),
    status: z.string().optional(),
    begins_at: z.string().optional(),
    error: z.object({ kind: z.string() }).optional().catch(undefined),
  })
  .catch({});

/** Calls `tool`, waits for its job, and prints the result. Returns the exit code. */
export async function call(tool: string, args: string, options: CallOptions): Promise<number> {
  const parsed = objectIn(args, `A JSON object is wanted, such as '{"url":"https://…"}'. Given: ${args}`);
  if (typeof parsed === 'string') return wrongUsage(parsed);
  // With a key the call can be sent again when the connection broke: it is the same job.
  const _meta = { [KEY_META]: options.key ?? randomUUID() };
  const tools = `${holdfastFrom(process.cwd())} tools`;
  try {
    const code = await withClient(options, (client, line) =>
      request(client, line, { name: tool, arguments: parsed, _meta }),
    );
    if (code === EXIT.usage && !options.json) console.error(`\nIts arguments: ${tools} ${tool}`);
    return code;
  } catch (error) {
    if (!isWrongRequest(error)) throw error;
    return wrongUsage(`${error.message}\nTo see the tools: ${tools}`);
  }
}

/** Waits for a job that was started earlier. Returns the exit code. */
export function wait(jobId: string, options: CallOptions): Promise<number> {
  return withClient(options, (client, line) =>
    request(client, line, { name: JOB_WAIT, arguments: { job_ids: [jobId] } }),
  );
}

/**
 * Answers a question of a job, or declines it. Returns the exit code.
 *
 * @param by - who answers: it is recorded with the answer
 */
export async function answer(
  jobId: string,
  question: string,
  json: string | undefined,
  { decline, by, ...options }: CallOptions & { readonly decline: boolean; readonly by: string },
): Promise<number> {
  const to = { job_id: jobId, question, by };
  if (decline && json === undefined)
    return callOnce('job_respond', { ...to, action: 'decline' }, options, wordsOfAnswer);
  const wanted = `Give either the answer, a JSON object such as '{"name":"…"}' or '{}', or --decline.`;
  const content = decline || json === undefined ? wanted : objectIn(json, wanted);
  if (typeof content === 'string') return wrongUsage(content);
  return callOnce('job_respond', { ...to, content }, options, wordsOfAnswer);
}

/**
 * Calls a handle tool, such as `job_list`, and prints its answer without waiting for a job. Returns the exit code.
 *
 * @param words - what a person reads of the answer
 */
export function callOnce(
  tool: string,
  args: Record<string, unknown>,
  options: CallOptions,
  words: Words = wordsOf,
): Promise<number> {
  return withClient(
    options,
    (client) => client.callTool({ name: tool, arguments: args }, { timeout: SILENCE_MS }),
    words,
  );
}

/** The latest jobs, newest first. Returns the exit code. */
export function list({
  running,
  limit,
  ...options
}: CallOptions & { readonly running: boolean; readonly limit: number }): Promise<number> {
  return callOnce('job_list', { running, limit }, options, wordsOfList);
}

/** Stops a job for good. Returns the exit code. */
export function cancel(jobId: string, options: CallOptions): Promise<number> {
  return callOnce('job_cancel', { job_id: jobId }, options, wordsOfCancel);
}

/** What a person reads of an answer. */
type Words = (result: CallToolResult) => string;

type Request = Parameters<Client['callTool']>[0];

/** Makes the first call, and then waits for as long as the answer is a running job. */
async function request(client: Client, line: StatusLine, first: Request): Promise<CallToolResult> {
  line.show(`Calling ${first.name}`);
  const onprogress = ({ message }: { message?: string | undefined }): void => line.show(message ?? '');
  const ask = (params: Request): Promise<CallToolResult> =>
    retryUnreachable(line, () =>
      client.callTool(params, { timeout: SILENCE_MS, resetTimeoutOnProgress: true, onprogress }),
    );
  let result = await ask(first);
  // A job that begins later may begin in a month. Only `holdfast jobs wait` waits for it.
  if (first.name !== JOB_WAIT && stateOf(result).begins_at !== undefined) return result;
  for (let state = stateOf(result); state.status === 'running' && state.job_id !== undefined; state = stateOf(result)) {
    line.show(wordsOf(result).split('\n', 1)[0] ?? '');
    result = await ask({ name: JOB_WAIT, arguments: { job_ids: [state.job_id] } });
  }
  return result;
}

/** Asks again while no gateway answers: the job goes on without a gateway. */
async function retryUnreachable<R>(line: StatusLine, ask: () => Promise<R>): Promise<R> {
  for (const deadline = Date.now() + RECONNECT_MS; ;) {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      if (error instanceof SdkHttpError && error.status === 401)
        throw new NoGateway('The gateway wants another API key by now. The job, if it was accepted, goes on.');
      if (Date.now() > deadline)
        throw new NoGateway(
          'The gateway stopped answering. The job, if it was accepted, goes on; the command jobs lists it.',
        );
      line.show('The gateway does not answer; asking again');
      await pause(ASK_AGAIN_MS);
    }
  }
}

/** Connects a client, prints the result of `run`, and returns the exit code. */
async function withClient(
  options: CallOptions,
  run: (client: Client, line: StatusLine) => Promise<CallToolResult>,
  words: Words = wordsOf,
): Promise<number> {
  const client = await connect(options);
  const line = createStatusLine(process.stderr);
  const hangUp = (): void => {
    line.clear();
    console.error(`Hung up. A job that was accepted goes on: ${holdfastFrom(process.cwd())} jobs`);
    process.exit(130);
  };
  process.once('SIGINT', hangUp);
  try {
    const result = await run(client, line);
    line.clear();
    console.log(options.json ? JSON.stringify(result, null, 2) : words(result));
    const audit = result._meta?.['io.holdfast/audit'];
    if (!options.json) {
      for (const command of nextCommandsOf(result.structuredContent)) console.error(command);
      if (typeof audit === 'string') console.error(`\nAudit trail: ${audit}`);
    }
    return exitOf(result);
  } finally {
    process.off('SIGINT', hangUp);
    line.clear();
    await client.close();
  }
}

function exitOf(result: CallToolResult): number {
  const { status, error } = stateOf(result);
  if (status === 'rejected' && error?.kind === 'invalid_input') return EXIT.usage;
  if (result.isError === true) return EXIT.failed;
  return status === 'partial' ? EXIT.partial : status === 'input_required' ? EXIT.input : EXIT.done;
}

/** JSON-RPC's code of a request that cannot be right, such as a call of a tool that there is not. */
const INVALID_PARAMS: number = ProtocolErrorCode.InvalidParams;

/** Whether a gateway has refused a request that cannot be right. */
export const isWrongRequest = (error: unknown): error is ProtocolError =>
  error instanceof ProtocolError && error.code === INVALID_PARAMS;

function wrongUsage(problem: string): number {
  console.error(problem);
  return EXIT.usage;
}

/** The JSON object in `text`; or, in words, why it is none: `otherwise`, or which number in it cannot be sent. */
function objectIn(text: string, otherwise: string): Record<string, unknown> | string {
  try {
    const parsed = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
    return changedNumberIn(text) ?? parsed;
  } catch {
    return otherwise;
  }
}

const stateOf = (result: CallToolResult): z.output<typeof State> => State.parse(result.structuredContent);
