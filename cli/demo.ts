/**
 * `holdfast demo`: a real MCP client calls analyze_repository on this checkout, and half-way the worker is killed with SIGKILL.
 * Then it shows which steps were done again, and which were not.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
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
import type { Say } from './say';
import { createStatusLine } from './status-line';

const TOOL = 'analyze_repository';
/** How often Temporal is asked whether the step runs. */
const FIND_EVERY_MS = 20;
/** Temporal's PENDING_ACTIVITY_STATE_STARTED. */
const STARTED = 2;

/** Runs the demonstration. Returns the exit code. */
export async function demo(base: DevConfig): Promise<number> {
  if (!existsSync(join(packageRoot(), '.git'))) {
    console.error(
      'The demo analyzes the repository of Holdfast: run it in a clone of that. A project has npx holdfast dev.',
    );
    return 1;
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-demo-'));
  const say: Say = (line) => console.log(line);
  const stack = await startStack(
    { ...base, dataDir, port: 0, workDir: packageRoot() },
    { gateways: 1, workers: 1 },
    say,
  );
  const url = stack.gateways[0]?.now().url ?? '';
  const client = new McpClient({ name: 'holdfast-demo', version }, { versionNegotiation: { mode: 'auto' } });
  const connection = Connection.lazy({ address: stack.temporal.address });
  const temporal = new Client({ connection });
  const line = createStatusLine(process.stderr);
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

/** Kills the worker during a step that is not the first one. Returns the job's workflow id. */
async function killHalfWay({ workers: [worker] }: Stack, temporal: Client, say: Say): Promise<string> {
  if (!worker) throw new Error('The stack has no worker.');
  const workflowId = await runningJob(temporal);
  const step = await stepInFlight(temporal, workflowId);
  const killed = worker.now().pid;
  process.kill(killed, 'SIGKILL');
  say(`Killed the worker (process ${killed}, SIGKILL) in the middle of ${step}.`);
  return workflowId;
}

/** Waits until a step after the first one runs. Returns its name. */
async function stepInFlight(temporal: Client, workflowId: string): Promise<string> {
  for (;;) {
    const { raw, status } = await temporal.workflow.getHandle(workflowId).describe();
    const step = raw.pendingActivities?.find(({ state }) => state === STARTED)?.activityType?.name;
    if (step && step !== 'fetchRepository') return step;
    if (status.name !== 'RUNNING') return 'nothing: the job had already ended';
    await pause(FIND_EVERY_MS);
  }
}

/** Waits until a job runs. Returns its workflow id. */
async function runningJob(temporal: Client): Promise<string> {
  for (;;) {
    for await (const { workflowId } of temporal.workflow.list({ query: `ExecutionStatus = 'Running'` }))
      return workflowId;
    await pause(FIND_EVERY_MS);
  }
}

/** A line for each step: which worker ran it, and in which attempt. It comes from the job's history in Temporal. */
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

async function untilCtrlC(say: Say): Promise<void> {
  say('The stack stays up so that you can follow the link. Ctrl-C ends it.');
  await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
}
