/** What Prometheus reads of a gateway. Labels are names that are known beforehand: tools, methods, outcomes, codes, queues. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** Where steps or decisions wait, as Temporal tells. */
export interface Waiting {
  readonly queue: string;
  readonly kind: 'workflow' | 'activity';
  /** How many wait, about. */
  readonly waiting: number;
  /** For how long the first of them has waited, seconds. */
  readonly ageS: number;
  /** Workers that have asked for work within the last minutes. */
  readonly pollers: number;
}

/** What Temporal is asked when metrics are read. Each rejects when it does not answer. */
export interface Backlog {
  waiting(): Promise<readonly Waiting[]>;
  /** Jobs that have not ended, of all tenants. */
  running(): Promise<number>;
  /** Running jobs whose decisions fail again and again. */
  stuck(): Promise<number>;
}

export interface Metrics {
  /** A request of a method came. */
  asked(method: unknown): void;
  /** A call was answered. */
  called(tool: string, outcome: string, ms: number): void;
  /** One call more, or less, waits for its answer. */
  open(change: 1 | -1): void;
  refused(code: string): void;
  /** In Prometheus' text format. What Temporal does not tell is left out. */
  text(): Promise<string>;
  readonly contentType: string;
}

const METHODS = new Set([
  'initialize',
  'ping',
  'server/discover',
  'tools/list',
  'tools/call',
  'tasks/get',
  'tasks/update',
  'tasks/cancel',
  'tasks/result',
  'tasks/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'subscriptions/listen',
]);
/** Seconds. The last is longer than any call waits. */
const BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

export function createMetrics(backlog: Backlog): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'holdfast_requests_total',
    help: 'Requests by method. Polls are tasks/get, and calls of job_wait.',
    labelNames: ['method'],
    registers,
  });
  const calls = new Counter({
    name: 'holdfast_calls_total',
    help: 'Calls answered: done, partial, failed, cancelled, open (with a task or handle), answered (handle tools), refused.',
    labelNames: ['tool', 'outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: 'holdfast_call_seconds',
    help: 'Time until a call was answered.',
    labelNames: ['tool'],
    buckets: BUCKETS,
    registers,
  });
  const open = new Gauge({ name: 'holdfast_waits_open', help: 'Calls that wait for their answer here.', registers });
  const refusals = new Counter({
    name: 'holdfast_refusals_total',
    help: 'Requests refused, by reason.',
    labelNames: ['reason'],
    registers,
  });
  const gauge = (name: string, help: string, labelNames: string[] = []): Gauge =>
    new Gauge({ name, help, labelNames, registers });
  const running = gauge('holdfast_jobs_running', 'Jobs that have not ended, of all tenants.');
  const stuck = gauge('holdfast_jobs_stuck', 'Jobs whose decisions fail again and again.');
  const labels = ['queue', 'kind'];
  const waiting = gauge('holdfast_queue_waiting', 'Steps, or decisions, that no worker has taken, about.', labels);
  const age = gauge('holdfast_queue_age_seconds', 'How long the first of them has waited.', labels);
  const pollers = gauge('holdfast_queue_pollers', 'Workers that have asked for work of late.', labels);

  /** Sets what Temporal tells. A value that is not known is not there: 0 would be a lie. */
  async function ask(): Promise<void> {
    const [queues, jobs, failing] = await Promise.all([
      backlog.waiting().catch(() => []),
      backlog.running().catch(() => undefined),
      backlog.stuck().catch(() => undefined),
    ]);
    for (const one of [waiting, age, pollers]) one.reset();
    for (const { queue, kind, ...line } of queues) {
      waiting.set({ queue, kind }, line.waiting);
      age.set({ queue, kind }, line.ageS);
      pollers.set({ queue, kind }, line.pollers);
    }
    if (jobs === undefined) running.remove();
    else running.set(jobs);
    if (failing === undefined) stuck.remove();
    else stuck.set(failing);
  }
  /** However many read at one time, Temporal is asked once. */
  let asking: Promise<void> | undefined;

  return {
    asked: (method) => requests.inc({ method: typeof method === 'string' && METHODS.has(method) ? method : 'other' }),
    called(tool, outcome, ms) {
      calls.inc({ tool, outcome });
      seconds.observe({ tool }, ms / 1_000);
    },
    open: (change) => open.inc(change),
    refused: (reason) => refusals.inc({ reason }),
    async text() {
      await (asking ??= ask().finally(() => (asking = undefined)));
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}
