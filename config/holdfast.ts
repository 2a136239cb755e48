/**
 * holdfast.yaml as a whole. Whoever reads it checks all of it, the other process's part too: what a gateway promises, a worker
 * has to keep.
 */
import { z } from 'zod';
import { fileAt } from './file';
import { GatewayPart } from './gateway';
import { UpstreamsPart } from './upstreams';
import type { Upstreams } from './upstreams';
import { orFile, unreadIn } from './variables';
import { WorkerPart } from './worker';

/** A name that neither gateway nor worker reads is a mistake. A part may be absent, where gateways and workers have a file each. */
const Parts = z
  .strictObject({ gateway: GatewayPart.nullish(), worker: WorkerPart.nullish(), upstreams: UpstreamsPart.nullish() })
  .superRefine(({ gateway, worker }, context) => {
    if (!gateway || !worker) return;
    const undeliverable = without(gateway.webhooks.allowed_hosts, worker.webhooks.allowed_hosts);
    if (undeliverable.length > 0)
      context.addIssue({
        code: 'custom',
        path: ['gateway', 'webhooks', 'allowed_hosts'],
        message: `${undeliverable.join(', ')} is not in worker.webhooks.allowed_hosts: callbacks would be accepted, and never delivered`,
      });
  });

/** What the file says, with the defaults of what it does not. */
export interface HoldfastFile {
  readonly gateway: z.output<typeof GatewayPart>;
  readonly worker: z.output<typeof WorkerPart>;
  readonly upstreams: Upstreams;
}

/**
 * Reads the file.
 *
 * @param path - what HOLDFAST_CONFIG says; undefined: as if the file were empty
 * @throws BadSetting that names every wrong setting
 */
export function holdfastFile(path: string | undefined): HoldfastFile {
  const { gateway, worker, upstreams } = fileAt(Parts, path);
  return {
    gateway: gateway ?? GatewayPart.parse({}),
    worker: worker ?? WorkerPart.parse({}),
    upstreams: upstreams ?? {},
  };
}

/**
 * What is strange in the settings, and keeps nothing from running: a sentence each.
 *
 * @throws BadSetting as {@link holdfastFile} does
 */
export function doubtsIn(env: NodeJS.ProcessEnv): string[] {
  const { gateway, worker } = fileAt(Parts, env['HOLDFAST_CONFIG'] || undefined);
  const unasked = gateway && worker ? without(worker.webhooks.allowed_hosts, gateway.webhooks.allowed_hosts) : [];
  return [
    ...unreadIn(env, worker ? namedIn(worker) : []),
    ...(unasked.length === 0
      ? []
      : [
          `worker.webhooks.allowed_hosts names ${unasked.join(', ')}, and gateway.webhooks.allowed_hosts does not: callers cannot ask for callbacks there.`,
        ]),
  ];
}

/** The variables that the file names for workers: those of keys, and of the files that hold them. */
export function namedIn({ model, sources }: HoldfastFile['worker']): string[] {
  return [model?.key_env, sources.github?.token_env].flatMap((name) => (name === undefined ? [] : orFile(name)));
}

const without = (hosts: readonly string[], others: readonly string[]): string[] =>
  hosts.filter((host) => !others.includes(host));
