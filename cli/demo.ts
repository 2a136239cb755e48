/**
 * `holdfast demo`: a real MCP client calls analyze_repository on this checkout; half-way its worker is killed with SIGKILL.
 * Shows what was done again, and what was not.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client as McpClient, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client, Connection } from '@temporalio/client';
import { version } from '../package.json';
import type { DevConfig } from './config';
import { startStack } from './dev/stack';
import type { Stack } from './dev/stack';
import { packageRoot } from './root';
import { statusLine } from './status-line';

const TOOL = 'analyze_repository';
const FIND_EVERY_MS = 20;
/** PENDING_ACTIVITY_STATE_STARTED. */
const STARTED = 2;

/** Runs the demonstration. Returns the exit code. */
export async function demo(base: DevConfig): Promise<number> {
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-demo-'));
  const say = (line: string): void => console.log(line);
  const stack = await startStack(
    { ...base, dataDir, port: 0, workDir: packageRoot() },
    { gateways: 1, workers: 1 },
    say,
  );
  const url = stack.gateways[0]?.now().url ?? '';
  const client = new McpClient({ name: 'holdfast-demo', version }, { versionNegotiation: { mode: 'auto' } });
  const connection = Connection.lazy({ address: stack.temporal.address });
  const temporal = new Client({ connection });
  const line = statusLine(process.stderr);
  try {
    await client.connect(new StreamableHTTPClientTransport(new URL(url)));
    say(`\nCalling ${TOOL} on ${packageRoot()}`);
    const onprogress = ({ message }: { message?: string | undefined }): void => line.show(message ?? '');
    const answer = client.callTool({ name: TOOL, arguments: { url: packageRoot() } }, { timeout: 250_000, onprogress });
    const workflowId = await killHalfWay(stack, temporal, say);
    const result = await answer;
    line.clear();
    say(`\n${result.content.map((block) => (block.type === 'text' ? block.text : '')).join('\n')}\n`);
    for (const step of await stepsOf(temporal, workflowId)) say(step);
    say(`\nAudit trail: ${String(result._meta?.['io.holdfast/audit'])}`);
    if (process.stdout.isTTY) await untilCtrlC(say);
    else say('(The stack ends with the demo, and the link with it; on a terminal it stays until Ctrl-C.)');
    return result.isError === true ? 1 : 0;
  } finally {
    line.clear();
    await client.close();
    await connection.close();
    await stack.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Kills the worker in the middle of a step that is not the first, and returns the job's workflow id. */
async function killHalfWay(
  { workers: [worker] }: Stack,
  temporal: Client,
  say: (line: string) => void,
): Promise<string> {
  if (!worker) throw new Error('The stack has no worker.');
  const workflowId = await runningJob(temporal);
  const step = await stepInFlight(temporal, workflowId);
  const killed = worker.now().pid;
  process.kill(killed, 'SIGKILL');
  say(`Killed the worker (process ${killed}, SIGKILL) in the middle of ${step}.`);
  return workflowId;
}

/** Waits until a step runs that comes after the first; names it. */
async function stepInFlight(temporal: Client, workflowId: string): Promise<string> {
  for (;;) {
    const { raw, status } = await temporal.workflow.getHandle(workflowId).describe();
    const step = raw.pendingActivities?.find(({ state }) => state === STARTED)?.activityType?.name;
    if (step && step !== 'fetchRepository') return step;
    if (status.name !== 'RUNNING') return 'nothing: the job had already ended';
    await pause(FIND_EVERY_MS);
  }
}

async function runningJob(temporal: Client): Promise<string> {
  for (;;) {
    for await (const { workflowId } of temporal.workflow.list({ query: `ExecutionStatus = 'Running'` }))
      return workflowId;
    await pause(FIND_EVERY_MS);
  }
}

/** One line for each step: who ran it, and in which attempt. Temporal's own record, not ours. */
async function stepsOf(temporal: Client, workflowId: string): Promise<string[]> {
  const { events } = await temporal.workflow.getHandle(workflowId).fetchHistory();
  const named = new Map(
    (events ?? []).flatMap(({ eventId, activityTaskScheduledEventAttributes: scheduled }) =>
      scheduled ? [[String(eventId), scheduled.activityType?.name ?? ''] as const] : [],
    ),
  );
  return (events ?? []).flatMap(({ activityTaskStartedEventAttributes: started }) => {
    if (!started) return [];
    const how =
      (started.attempt ?? 1) > 1
        ? `done again by ${String(started.identity)}: it was running when the worker died (attempt ${started.attempt})`
        : `done once, by ${String(started.identity)}`;
    return [`  ${(named.get(String(started.scheduledEventId)) ?? '').padEnd(18)} ${how}`];
  });
}

async function untilCtrlC(say: (line: string) => void): Promise<void> {
  say('The stack stays up so that you can follow the link. Ctrl-C ends it.');
  await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
}
