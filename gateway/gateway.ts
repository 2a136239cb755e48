/** One gateway process, put together: configuration in, a listening server out. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { BadSetting } from '../config/file';
import { WEBHOOKS_QUEUE, queueOf } from '../workflows/contract';
import type { Caller } from '../workflows/contract';
import type { ToolDefinition } from '../workflows/define-tool';
import { createAudit } from './audit';
import { createAdmission } from './call/admission';
import type { Quotas } from './call/admission';
import { createAnswers } from './call/answer';
import { createBegin } from './call/begin';
import { call } from './call/call';
import { createReadCallback } from './call/callback';
import { createPatience } from './call/patience';
import { createRespond } from './call/respond';
import { createRounds } from './call/rounds';
import { createWatch } from './call/watch';
import { withCatalog } from './catalog';
import { rulesIn } from './config';
import type { GatewayConfig } from './config';
import { createCompanions } from './handles/companions';
import { createJobContinue } from './handles/continue';
import { createOwnHandles } from './handles/own';
import { createJobSchedule } from './handles/schedule';
import { createIsProxy } from './http/address';
import { createKeys } from './http/auth';
import { createFront } from './http/front';
import { close, listen } from './http/listening';
import { serveMetrics } from './http/scrape';
import { createIds } from './ids';
import { createJobs } from './jobs/jobs';
import { watchReadiness } from './jobs/readiness';
import { createAuditOf } from './jobs/web-ui';
import { countMethods } from './mcp/count-methods';
import { createEndpoint } from './mcp/endpoint';
import { createMenu } from './mcp/menu';
import { paced } from './mcp/rates';
import type { More } from './mcp/server';
import { createMetrics } from './metrics';
import { createOffered } from './offered';
import { createRecatalogue } from './recatalogue';
import { createSeals } from './seal';
import { createTaken } from './taken';
import { authoredTools } from './tools';
import { createParts } from './upstreams/parts';
import { createReadRounds } from './upstreams/read-rounds';
import { createUpstreams } from './upstreams/upstreams';

/** How long a start waits for what is known of upstreams, milliseconds. They themselves are not waited for. */
const LOOKED_MS = 3_000;

export interface Gateway {
  /** The MCP endpoint. */
  readonly url: string;
  /**
   * Takes the rules of another configuration: keys, quotas, rates, weights, upstreams, and its catalogue. What is open with a key that is gone ends; jobs go on.
   *
   * @throws BadSetting, and changes nothing, when callers would need keys that needed none before, or none that needed some; or when an
   *   entry of the catalogue is wrong
   */
  readonly reload: (config: GatewayConfig) => void;
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
  const onError = (error: unknown): void => log.error({ err: error }, 'request failed');
  const onRefused = (error: Error): void => log.debug({ err: error }, 'request refused');

  const { namespace } = config.temporal;
  const authored = authoredTools(definitions);
  const offered = createOffered(withCatalog(authored, config.catalog ?? {}, namespace));
  const recatalogue = createRecatalogue(config.catalog ?? {}, { authored, offered, namespace });
  const ids = createIds(config.secret, config.previousSecret);
  const seals = createSeals(config.secret, config.previousSecret);
  const rules = { ...rulesIn(config) };
  const jobs = createJobs(config, rules, ids, (ref) => admission.ended(ref));

  const quotas = (): Quotas => rules.quotas;
  const admission = createAdmission(quotas, 'jobs running', jobs.running);
  const watch = createWatch(jobs);
  const answers = createAnswers(jobs, offered, createAuditOf(config));
  const respond = createRespond(jobs);
  const rounds = createRounds({ jobs, respond, ids, seals });
  const callNeeds = {
    begin: createBegin({ jobs, admission }),
    jobs,
    rounds,
    watch,
    answers,
    graceMs: config.taskGraceMs,
  };

  const handleNeeds = { jobs, watch, answers, respond, ids, schedules: config.schedules };
  const menu = createMenu({
    offered,
    companions: createCompanions(handleNeeds),
    schedule: config.schedules ? createJobSchedule(handleNeeds, offered, quotas) : undefined,
    ownHandles: (tool) => createOwnHandles(tool, handleNeeds),
    jobContinue: createJobContinue(handleNeeds, offered),
    call: (called, request) => call(called, request, callNeeds),
  });

  const upstreams = createUpstreams({
    listings: jobs.listings,
    offered,
    taken: createTaken(offered.own),
    onParts: () => endpoint.partsChanged(),
    log,
  });
  const tagOf = (caller: Caller): string => `${caller.tenant}/${ids.subjectTag(caller)}`;
  const readRounds = createReadRounds(ids, seals);
  const parts = createParts({ known: upstreams.known, listings: jobs.listings, tagOf, rounds: readRounds });
  const limited = [...offered.values()].flatMap(({ policy: { queue } }) => queue ?? []);
  const queues = [...new Set([WEBHOOKS_QUEUE, ...limited])].map(queueOf);
  const metrics = config.metrics && createMetrics(jobs.backlog(queues));
  const audit = createAudit(log, menu.names, metrics);
  const scrape = config.metrics && metrics && (await serveMetrics(metrics, config.metrics, log));

  const endpoint = createEndpoint({
    menu,
    offered,
    parts: () => (upstreams.known().length > 0 ? parts : undefined), // a reload may bring the first
    jobs,
    watch,
    answers,
    respond,
    rounds,
    readRounds,
    ids,
    seals,
    patience: createPatience(config),
    readCallback: createReadCallback(config.webhooks.allowedHosts),
    more,
    audit,
    onError,
    onRefused,
  });

  const keyed = config.keys.length > 0;
  const answer = keyed ? paced(endpoint.answer, rules) : endpoint.answer;

  const keys = createKeys(config.keys);
  const readiness = watchReadiness(() => jobs.condition(), offered.values(), namespace, log);
  const server = createFront({
    allowedHosts: config.allowedHosts,
    authenticate: keys.authenticate,
    keyed,
    limits: config.limits,
    connections: { ...config.connections, isProxy: createIsProxy(config.proxies) },
    answer: metrics ? countMethods(answer, metrics) : answer,
    ready: () => readiness.now(),
    draining: watch.draining,
    onError,
    onRefused: audit.refused,
  });
  upstreams.replace(config.upstreams);
  await Promise.race([upstreams.looked(), pause(LOOKED_MS)]);
  const url = await listen(server, config);
  return {
    url,
    reload(next) {
      if (next.keys.length > 0 !== keyed)
        throw new BadSetting(
          'Whether callers need API keys (gateway.keys) is decided at the start: restart the gateway.',
        );
      const putOnOffer = recatalogue(next.catalog ?? {});
      Object.assign(rules, rulesIn(next));
      keys.replace(next.keys);
      putOnOffer();
      upstreams.replace(next.upstreams); // whose names give way to those of the catalogue
    },
    async stop() {
      readiness.stop();
      upstreams.stop();
      const closed = close(server);
      watch.drain();
      endpoint.drain();
      await closed;
      audit.flush();
      scrape?.close();
      await jobs.close();
    },
  };
}
