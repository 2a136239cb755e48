/**
 * `holdfast/testing`: a project's tools on a real Temporal, in a test. The first call starts the project's stack (Temporal, a worker, a
 * gateway), with a database of its own; it ends with the process of the tests.
 */
import { fork } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client as McpClient, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { CallToolResult } from '@modelcontextprotocol/client';
import { Client, Connection, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { msToNumber } from '@temporalio/common/lib/time';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { z } from 'zod';
import { readRecord } from '../cli/dev/record';
import type { StackRecord } from '../cli/dev/record';
import { packageRoot } from '../cli/root';
import { version } from '../package.json';
import type { Duration, OutputOf } from '../workflows/define-tool';
import { projectAbove } from './discover';
import { PASS } from './mode';

/** How long a stack may take to start, milliseconds: where there is no Temporal yet, one is downloaded or built. */
const START_MS = 600_000;
const LOOK_MS = 50;
/** The longest wait of one request for a job, seconds. */
const WAIT_S = 20;
/** How long a job may take until it is in a step that a test waits for, milliseconds. A name that no step has would be waited for for ever. */
const IN_STEP_MS = 120_000;
/** How long it may take until time has passed, milliseconds: steps end first, and one that hangs would be waited for for ever. */
const PASS_MS = 120_000;
const TEST_STACK = join(packageRoot(), 'dist', 'cli', 'project', 'test-stack.js');
const STARTED = 2; // PENDING_ACTIVITY_STATE_STARTED

/** What is needed of a tool. */
interface AnyTool {
  readonly name: string;
  readonly input: z.ZodType;
}
type Given<T> = T extends { readonly input: infer I extends z.ZodType } ? z.input<I> : never;

/** How a call stands or has ended. */
export interface Run<O> {
  readonly jobId: string | undefined;
  /** `rejected`: there is no job, such as after wrong arguments. `input_required`: a person is asked. */
  readonly status: 'done' | 'partial' | 'failed' | 'cancelled' | 'rejected' | 'running' | 'input_required';
  /** The output of a job that is done; undefined otherwise. */
  readonly output: O | undefined;
  /** What a model reads. */
  readonly text: string;
  readonly failure: { readonly kind: string; readonly message: string } | undefined;
  readonly questions: readonly { readonly key: string; readonly message: string }[];
}

/** A job that was started. */
export interface StartedJob<O> {
  readonly id: string;
  /** Resolves when the step runs on a worker; its local name. */
  inStep(name: string): Promise<void>;
  /** Waits until the job has ended, or asks something. */
  result(): Promise<Run<O>>;
  /** Answers its question; `{}` allows a call that waits for approval. */
  answer(question: string, content: Readonly<Record<string, unknown>>): Promise<void>;
  decline(question: string): Promise<void>;
  cancel(): Promise<void>;
  /**
   * Has so much of the job's time pass, once no step of it runs: what it sleeps, how long a question may be answered, its budget. Steps and
   * the pauses between their attempts take real time.
   */
  pass(time: Duration): Promise<void>;
}

const State = z.object({
  status: z.enum(['done', 'partial', 'failed', 'cancelled', 'rejected', 'running', 'input_required']).optional(),
  job_id: z.string().optional(),
  error: z.object({ kind: z.string(), message: z.string() }).optional().catch(undefined),
  questions: z.array(z.object({ key: z.string(), message: z.string() })).catch([]),
});

interface TestStack {
  readonly url: string;
  readonly record: () => StackRecord;
}

let stack: Promise<TestStack> | undefined;

/** Calls a tool and waits until its job has ended, or asks a person something. */
export async function callTool<T extends AnyTool>(tool: T, input: Given<T>): Promise<Run<OutputOf<T>>> {
  return waited<OutputOf<T>>(await request(tool.name, input));
}

/** Calls a tool, and comes back as soon as its job runs. */
export async function startTool<T extends AnyTool>(tool: T, input: Given<T>): Promise<StartedJob<OutputOf<T>>> {
  const first = await request(tool.name, input, 0.05);
  const { jobId, text } = runOf<OutputOf<T>>(first);
  if (jobId === undefined) throw new Error(`${tool.name} was not started. ${text}`);
  const answered = new Set<string>();
  const respond = async (question: string, answer: object): Promise<void> => {
    const { isError, content } = await request('job_respond', { job_id: jobId, question, ...answer });
    if (isError === true) throw new Error(textOf(content));
    answered.add(question);
  };
  return {
    id: jobId,
    inStep: (name) => inStep(first, name),
    result: async () => waited<OutputOf<T>>(await waitFor(jobId), answered),
    answer: (question, content) => respond(question, { content }),
    decline: (question) => respond(question, { action: 'decline' }),
    cancel: async () => {
      await request('job_cancel', { job_id: jobId });
    },
    pass: (time) => pass(first, msToNumber(time)),
  };
}

/** Ends the worker as a crash would, in the midst of what it does. Another one is started in its place. */
export async function killWorker(): Promise<void> {
  const { record } = await theStack();
  const pids = record().workers.map(({ pid }) => pid);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  while (record().workers.some(({ pid }) => pids.includes(pid))) await pause(LOOK_MS);
}

/**
 * Runs one step by itself, without Temporal.
 *
 * @throws the failure that the step throws
 */
export async function runStep<I, O>(step: (input: I) => Promise<O>, input: I): Promise<O> {
  // That a step fails may be what the test wants: it is thrown, and not logged.
  const logger = new DefaultLogger('ERROR', () => undefined);
  return new MockActivityEnvironment({ activityType: step.name || 'step' }, { logger }).run(step, input);
}

/** The job of a call, for Temporal itself. */
async function withJob(
  called: CallToolResult,
  use: (job: WorkflowHandle, connection: Connection) => Promise<void>,
): Promise<void> {
  const { record } = await theStack();
  const audit = String(called._meta?.['io.holdfast/audit']);
  const workflowId = decodeURIComponent(audit.split('/workflows/')[1] ?? '');
  const connection = await Connection.connect({ address: record().temporal.address });
  try {
    await use(new Client({ connection }).workflow.getHandle(workflowId), connection);
  } finally {
    await connection.close();
  }
}

/** How a job stands, and its steps under way: those that run, and those that wait for a worker or for their next attempt. */
async function look(job: WorkflowHandle) {
  const { raw, status } = await job.describe();
  const steps = (raw.pendingActivities ?? []).map(({ activityType, state }) => ({
    step: activityType?.name?.split('.').at(-1) ?? '',
    runs: state === STARTED,
  }));
  return { status: status.name, steps, named: steps.map(({ step }) => step).join(', ') || 'none' };
}

/** Has the job's time pass. That the job ends meanwhile is what a test waits for. */
const pass = (called: CallToolResult, ms: number): Promise<void> =>
  withJob(called, async (job, connection) => {
    const { status } = await look(job);
    if (status !== 'RUNNING') throw new Error(`The job has ended (${status}): no time of it is left.`);
    try {
      await connection.withDeadline(Date.now() + PASS_MS, () => job.executeUpdate(PASS, { args: [ms] }));
    } catch (error) {
      const { status: now, named } = await look(job);
      if (now !== 'RUNNING') return;
      if (!(error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)) throw error;
      throw new Error(`No time has passed: it does once no step of the job runs. Its steps under way: ${named}.`);
    }
  });

/** Waits until Temporal says that the step runs. */
const inStep = (called: CallToolResult, name: string): Promise<void> =>
  withJob(called, async (job) => {
    for (const deadline = Date.now() + IN_STEP_MS; ; await pause(LOOK_MS)) {
      const { status, steps, named } = await look(job);
      if (steps.some(({ step, runs }) => runs && step === name)) return;
      if (Date.now() > deadline)
        throw new Error(`The job has not come to step ${name}. Its steps under way: ${named}.`);
      if (status !== 'RUNNING') throw new Error(`The job has ended (${status}) without step ${name}.`);
    }
  });

const waitFor = (jobId: string): Promise<CallToolResult> =>
  request('job_wait', { job_ids: [jobId], timeout_s: WAIT_S });

/**
 * Waits until the job has ended, or asks.
 *
 * @param answered - questions whose answers are on their way: the job may still show them
 */
async function waited<O>(first: CallToolResult, answered: ReadonlySet<string> = new Set()): Promise<Run<O>> {
  for (let run = runOf<O>(first); ;) {
    const { jobId, status } = run;
    const questions = run.questions.filter(({ key }) => !answered.has(key));
    const goesOn = status === 'running' || (status === 'input_required' && questions.length === 0);
    if (!goesOn || jobId === undefined) return { ...run, questions };
    if (status === 'input_required') await pause(LOOK_MS);
    run = runOf<O>(await waitFor(jobId));
  }
}

/** @param patienceS - how long the gateway waits before it answers with a handle */
async function request(name: string, args: unknown, patienceS?: number): Promise<CallToolResult> {
  const { url } = await theStack();
  const client = new McpClient({ name: 'holdfast-testing', version }, { versionNegotiation: { mode: 'auto' } });
  const headers = patienceS === undefined ? {} : { 'holdfast-patience': String(patienceS) };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  try {
    return await client.callTool(
      { name, arguments: args as Record<string, unknown> },
      { timeout: 120_000, resetTimeoutOnProgress: true },
    );
  } finally {
    await client.close();
  }
}

function runOf<O>({ structuredContent, content, isError, _meta }: CallToolResult): Run<O> {
  const said = State.safeParse(structuredContent).data;
  const job = _meta?.['io.holdfast/job'] ?? said?.job_id;
  // The output of a job that is done has no state of ours beside it.
  const isState = isError === true || (said?.job_id !== undefined && said.job_id === job && said.status !== undefined);
  const wrapped = z.object({ result: z.unknown() }).safeParse(structuredContent).data;
  const status = isState ? (said?.status ?? 'rejected') : 'done';
  return {
    jobId: typeof job === 'string' ? job : undefined,
    status,
    output: (status !== 'done' ? undefined : isState ? wrapped?.result : structuredContent) as O | undefined,
    text: textOf(content),
    failure: said?.error,
    questions: isState ? (said?.questions ?? []) : [],
  };
}

const textOf = (content: CallToolResult['content']): string =>
  content.map((block) => (block.type === 'text' ? block.text : '')).join('\n');

const theStack = (): Promise<TestStack> => (stack ??= start());

async function start(): Promise<TestStack> {
  const project = projectAbove(process.cwd());
  if (!project) throw new Error(`There is no holdfast.config.ts (or .js) in ${process.cwd()} or above it.`);
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-testing-'));
  // Tests run where nothing else does, whichever Temporal the shell works with.
  const { HOLDFAST_URL: _url, TEMPORAL_ADDRESS: _address, TEMPORAL_NAMESPACE: _namespace, ...env } = process.env;
  // It ends when it hears no more of this process.
  const child = fork(TEST_STACK, [dataDir], {
    cwd: project.root,
    env: { ...env, HOLDFAST_PORT: '0', HOLDFAST_PATIENCE: String(WAIT_S) },
    execArgv: [], // those of a test runner are not for it
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => (said += data.toString()));
  const record = (): StackRecord => {
    const found = readRecord(dataDir);
    if (!found || child.exitCode !== null) throw new Error(`The stack of the tests has ended.\n${said}`);
    return found;
  };
  for (const deadline = Date.now() + START_MS; ; await pause(LOOK_MS)) {
    if (child.exitCode !== null) throw new Error(`The tools of ${project.root} do not start:\n${said}`);
    const url = readRecord(dataDir)?.gateways[0]?.url;
    if (url !== undefined && said.includes('Holdfast is ready')) {
      child.unref();
      child.channel?.unref();
      for (const stream of [child.stdout, child.stderr])
        if (stream && 'unref' in stream) (stream as { unref(): void }).unref();
      return { url, record };
    }
    if (Date.now() > deadline) throw new Error(`The tools of ${project.root} have not started in time:\n${said}`);
  }
}
