/** `holdfast call`: one tool call by hand, waited for until it ends, however long that takes. */
import type { CallToolResult, Client } from '@modelcontextprotocol/client';
import { z } from 'zod';
import { connect } from './endpoint';
import type { EndpointOptions } from './endpoint';
import { statusLine } from './status-line';
import type { StatusLine } from './status-line';

/** What the exit code says. */
export const EXIT = { done: 0, failed: 1, usage: 2, unreachable: 3, partial: 4, input: 5 } as const;

/** Longest single request: the gateway answers within 240 s at the latest. */
const REQUEST_MS = 250_000;

export interface CallOptions extends EndpointOptions {
  readonly json: boolean;
  /** The idempotency key: the same key means the same job. */
  readonly key?: string;
}

const State = z.object({ job_id: z.string().optional(), status: z.string().optional() }).catch({});

/** Calls `tool` and prints what comes. Returns the exit code. */
export async function call(tool: string, args: string, options: CallOptions): Promise<number> {
  const parsed = parseArgs(args);
  if (!parsed) {
    console.error(`The arguments must be a JSON object, such as '{"url":"https://…"}'. Given: ${args}`);
    return EXIT.usage;
  }
  const meta = options.key === undefined ? {} : { _meta: { 'io.holdfast/idempotency-key': options.key } };
  return withClient(options, (client, line) => request(client, line, { name: tool, arguments: parsed, ...meta }));
}

/** Waits for a job that was started earlier. Returns the exit code. */
export function wait(jobId: string, options: CallOptions): Promise<number> {
  return withClient(options, (client, line) =>
    request(client, line, { name: 'job_wait', arguments: { job_ids: [jobId] } }),
  );
}

/** Makes one request of a handle tool and prints its answer. Returns the exit code. */
export function once(tool: string, args: Record<string, unknown>, options: CallOptions): Promise<number> {
  return withClient(options, (client) => client.callTool({ name: tool, arguments: args }, { timeout: REQUEST_MS }));
}

type Request = Parameters<Client['callTool']>[0];

/** Calls, and goes on waiting while the answer is a running job. */
async function request(client: Client, line: StatusLine, first: Request): Promise<CallToolResult> {
  line.show(`Calling ${first.name}`);
  const onprogress = ({ message }: { message?: string | undefined }): void => line.show(message ?? '');
  let result = await client.callTool(first, { timeout: REQUEST_MS, onprogress });
  for (let state = stateOf(result); state.status === 'running' && state.job_id !== undefined; state = stateOf(result)) {
    line.show(textOf(result).split('\n', 1)[0] ?? '');
    result = await client.callTool(
      { name: 'job_wait', arguments: { job_ids: [state.job_id] } },
      { timeout: REQUEST_MS, onprogress },
    );
  }
  return result;
}

async function withClient(
  options: CallOptions,
  run: (client: Client, line: StatusLine) => Promise<CallToolResult>,
): Promise<number> {
  const client = await connect(options);
  const line = statusLine(process.stderr);
  try {
    const result = await run(client, line);
    line.clear();
    console.log(options.json ? JSON.stringify(result, null, 2) : textOf(result));
    const audit = result._meta?.['io.holdfast/audit'];
    if (!options.json && typeof audit === 'string') console.error(`\nAudit trail: ${audit}`);
    return exitOf(result);
  } finally {
    line.clear();
    await client.close();
  }
}

function exitOf(result: CallToolResult): number {
  if (result.isError === true) return EXIT.failed;
  const { status } = stateOf(result);
  return status === 'partial' ? EXIT.partial : status === 'input_required' ? EXIT.input : EXIT.done;
}

function parseArgs(args: string): Record<string, unknown> | undefined {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(args));
  } catch {
    return undefined;
  }
}

const stateOf = (result: CallToolResult): z.output<typeof State> => State.parse(result.structuredContent);

function textOf({ content }: CallToolResult): string {
  return content.map((block) => (block.type === 'text' ? block.text : `[${block.type}]`)).join('\n');
}
