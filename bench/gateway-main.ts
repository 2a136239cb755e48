/** A gateway process for the bench: the test tools and as many more as BENCH_TOOLS says; tells its CPU time and memory when asked. */
import { createRequire } from 'node:module';
import { pino } from 'pino';
import { z } from 'zod';
import { gatewayConfig } from '../gateway/config';
import { startGateway } from '../gateway/gateway';
import { echo, fill, walk } from '../test/fixtures/workflows/tools';
import { defineTool } from '../workflows/define-tool';

/** The steps of `walk` under the default heartbeat of 6 s. */
const stroll = defineTool({
  name: 'stroll',
  description: walk.description,
  input: walk.input,
  annotations: { idempotentHint: true },
  workflow: 'walk',
});
const nap = {
  description: 'Takes its time.',
  input: z.object({ ms: z.number() }),
  annotations: { readOnlyHint: true },
  step: 'nap',
} as const;
const own = [
  echo,
  fill,
  stroll,
  defineTool({ ...nap, name: 'nap', policy: { stepTimeout: '20 minutes' } }),
  defineTool({ ...nap, name: 'short_nap' }),
  defineTool({ ...nap, name: 'long_nap', policy: { stepTimeout: '1 hour' } }),
  defineTool({ ...nap, name: 'narrow_nap', policy: { queue: 'narrow' } }),
];
const { description, input, output, annotations } = echo;
const more = Array.from({ length: Math.max(0, Number(process.env['BENCH_TOOLS'] ?? 0) - own.length) }, (_, n) =>
  defineTool({
    name: `echo_${n}`,
    description,
    input,
    ...(output && { output }),
    ...(annotations && { annotations }),
    workflow: 'echo',
  }),
);

let rpcs = 0;
countRpcs();

/** Every unary call of Temporal's client goes through this one method of its gRPC library. */
function countRpcs(): void {
  type Unary = { prototype: { makeUnaryRequest: (...args: unknown[]) => unknown } };
  const { Client } = createRequire(require.resolve('@temporalio/client'))('@grpc/grpc-js') as { Client: Unary };
  const original = Client.prototype.makeUnaryRequest;
  Client.prototype.makeUnaryRequest = function (this: unknown, ...args) {
    rpcs += 1;
    return original.apply(this, args);
  };
}

const quotas = { perCaller: 100_000, perTenant: 100_000 };
void startGateway(
  { ...gatewayConfig(process.env), taskGraceMs: 0, quotas },
  [...own, ...more],
  pino({ level: 'silent' }),
).then(({ url }) => {
  process.on('message', (asked: 'usage' | 'memory') => {
    if (asked === 'memory') for (let n = 0; n < 2; n += 1) global.gc?.(); // what was weakly held goes with the second
    const cpu = process.cpuUsage();
    process.send?.({ cpu, memory: process.memoryUsage(), rpcs });
  });
  process.once('disconnect', () => process.exit(0));
  process.send?.({ ready: true, url });
});
