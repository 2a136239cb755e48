/** Holdfast with the tools of the conformance suite: two gateways behind a dumb load balancer, and a worker. */
import { join } from 'node:path';
import { pino } from 'pino';
import type { GatewayConfig } from '../../gateway/config';
import { startGateway } from '../../gateway/gateway';
import { installRuntime } from '../../worker/runtime';
import { startWorker } from '../../worker/worker';
import { sharedBundleOf } from '../fixtures/bundle';
import { ownTemporal } from '../fixtures/processes';
import { declaring, modern } from '../fixtures/raw';
import { roundRobin } from '../fixtures/round-robin';
import { configFor } from '../fixtures/stack';
import { more } from './more';
import { tools } from './tools';

export interface Profile {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** The suite's `greet` must be answered at once, and its jobs of one second must become tasks. */
const GRACE_MS = 600;

export async function startProfile(changes: Partial<GatewayConfig> = {}): Promise<Profile> {
  const log = pino({ level: 'silent' });
  const temporal = await ownTemporal();
  installRuntime(log);
  const worker = await startWorker(
    {
      temporal: { connectionOptions: { address: temporal.address }, namespace: 'default' },
      concurrentSteps: 10,
      drainMs: 20_000,
      queues: [],
    },
    { bundle: await sharedBundleOf(join(__dirname, 'workflows')), activities: {} },
  );
  const start = () =>
    startGateway(configFor(temporal.address, { taskGraceMs: GRACE_MS, ...changes }), tools, log, more);
  const gateways = await Promise.all([start(), start()]);
  const front = await roundRobin(gateways.map(({ url }) => url));
  // The suite waits 600 ms for the first question, and the first job of a cold worker takes longer.
  const question = declaring({ elicitation: true }, { name: 'test_streaming_elicitation', arguments: {} });
  for (const { url } of gateways) await modern(url, 'tools/call', question);
  return {
    url: front.url,
    async stop() {
      await front.stop();
      await Promise.all(gateways.map((gateway) => gateway.stop()));
      worker.stop();
      await worker.done;
      await temporal.stop();
    },
  };
}
