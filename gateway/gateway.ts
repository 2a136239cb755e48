/** One gateway process, put together: configuration in, a listening server out. */
import type { AddressInfo } from 'node:net';
import { createMcpHandler } from '@modelcontextprotocol/server';
import type { Logger } from 'pino';
import type { ToolDefinition } from '../workflows/define-tool';
import { admissionBy } from './call/admission';
import { answersFrom } from './call/answer';
import { authenticateWith } from './http/auth';
import { callWith } from './call/call';
import { callbackTo } from './call/callback';
import { cancelledBy } from './mcp/cancelled';
import { companionsFor } from './handles/companions';
import { jobContinue } from './handles/continue';
import { ownHandles } from './handles/own';
import { jobSchedule } from './handles/schedule';
import type { GatewayConfig } from './config';
import { frontOf } from './http/front';
import { idsUnder } from './ids';
import type { JobRef } from './ids';
import { temporalJobs } from './jobs/jobs';
import { listenersOf } from './mcp/listen';
import { menuOf } from './mcp/menu';
import { patienceBy } from './call/patience';
import { resourcesOf } from './mcp/resources';
import { respondTo } from './call/respond';
import { roundsWith } from './call/rounds';
import { sealsUnder } from './seal';
import { INFO, serverFactory } from './mcp/server';
import type { More } from './mcp/server';
import { sessionsUnder } from './mcp/session';
import { tasksOf } from './mcp/tasks';
import { elicitationWith } from './mcp/elicitation';
import { exchangeWith } from './mcp/exchange';
import type { Exchange } from './mcp/exchange';
import { catalogueOf } from './tools';
import { watchHub } from './call/watch';

/** How long a stop waits for answers that are on their way. */
const DRAIN_MS = 10_000;
const IDLE_MS = 100;
const READY_CACHE_MS = 1_000;

export interface Gateway {
  /** The MCP endpoint. */
  readonly url: string;
  /** Stops accepting, answers open waits with handles, ends within 10 s. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts a gateway that offers `definitions`, and `more` of MCP than tools if there is more.
 *
 * @throws Error when a definition is wrong or the port is taken
 */
export async function startGateway(
  config: GatewayConfig,
  definitions: readonly ToolDefinition[],
  log: Logger,
  more?: More,
): Promise<Gateway> {
  const tools = catalogueOf(definitions);
  const ids = idsUnder(config.secret);
  const seals = sealsUnder(config.secret);
  const sessions = sessionsUnder(seals, ids);
  const jobs = temporalJobs(config, ids, (ref) => admission.ended(ref));
  const admission = admissionBy(config.quotas, 'jobs running', jobs.running);
  const watch = watchHub(jobs);
  const answers = answersFrom(jobs, tools, auditLink(config));
  const respond = respondTo(jobs);
  const rounds = roundsWith(jobs, respond, ids, seals);
  const elicitation = elicitationWith(jobs, respond, ids, seals);
  const onError = (error: unknown): void => log.error({ err: error }, 'request failed');

  const exchanges = new WeakMap<object, Exchange>();
  const exchangeOf = (request: object | undefined): Exchange => {
    const found = request && exchanges.get(request);
    if (!found)
      throw new Error('A request without an exchange: the SDK no longer hands back the request it was given.');
    return found;
  };
  const means = { jobs, watch, answers, respond, ids, schedules: config.schedules };
  const offer = {
    menu: menuOf({
      tools,
      companions: companionsFor(means),
      schedule: config.schedules ? jobSchedule(means, tools, config.quotas) : undefined,
      own: (tool) => ownHandles(tool, means),
      continue: jobContinue(means, tools),
      ...callWith(jobs, watch, answers, rounds, admission, config.taskGraceMs),
    }),
    tasks: tasksOf(jobs, watch, answers, respond, ids),
    resources: resourcesOf(jobs, answers, ids),
    rounds,
    elicitation,
    patience: patienceBy(config),
    callback: callbackTo(config.webhooks.allowedHosts),
    jobs,
    more,
    onError,
  };
  const factory = serverFactory(offer, exchangeOf);
  const onerror = (error: Error): void => log.debug({ err: error }, 'request refused');
  let draining = false;
  const server = frontOf({
    allowedHosts: config.allowedHosts,
    authenticate: authenticateWith(config.keys),
    exchange: exchangeWith({
      auto: createMcpHandler(factory, { onerror }),
      sse: createMcpHandler(factory, { onerror, responseMode: 'sse' }),
      exchanges,
      sessions,
    }),
    sessions,
    elicitation,
    cancelled: cancelledBy(jobs, ids, sessions),
    listeners: listenersOf(jobs, watch, answers, ids, INFO),
    ready: cachedFor(READY_CACHE_MS, () => jobs.reachable()),
    draining: () => draining,
    onError,
  });

  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(config.port, config.host, resolve));
  const { port } = server.address() as AddressInfo;
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  return {
    url: `http://${host}:${port}/mcp`,
    async stop() {
      draining = true;
      const closed = new Promise((resolve) => server.close(resolve));
      watch.drain();
      // A client that keeps its connection alive would keep the process, too.
      const idle = setInterval(() => server.closeIdleConnections(), IDLE_MS);
      const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
      await closed;
      clearInterval(idle);
      clearTimeout(late);
      await jobs.close();
    },
  };
}

function auditLink({ temporalUi, temporal }: GatewayConfig): (ref: JobRef) => string | undefined {
  if (temporalUi === undefined) return () => undefined;
  const base = `${temporalUi}/namespaces/${temporal.namespace ?? 'default'}/workflows`;
  return ({ workflowId }) => `${base}/${encodeURIComponent(workflowId)}`;
}

function cachedFor(ms: number, ask: () => Promise<boolean>): () => Promise<boolean> {
  let answer: Promise<boolean> | undefined;
  return () => {
    if (!answer) {
      answer = ask();
      setTimeout(() => (answer = undefined), ms).unref();
    }
    return answer;
  };
}
