/** The parts of holdfast.yaml, and what gateway and worker promise each other there. */
import { z } from 'zod';
import { CatalogPart } from './catalog';
import { GatewayPart } from './gateway';
import { McpServersPart } from './mcp-servers';
import { UpstreamsPart } from './upstreams';
import { WorkerPart } from './worker';

/** A name that neither gateway nor worker reads is a mistake. A part may be absent, where gateways and workers have a file each. */
export const Parts = z
  .strictObject({
    gateway: GatewayPart.nullish(),
    worker: WorkerPart.nullish(),
    upstreams: UpstreamsPart.nullish(),
    mcpServers: McpServersPart.nullish(),
    catalog: CatalogPart.nullish(),
  })
  .superRefine(({ gateway, worker }, context) => {
    if (!gateway || !worker) return;
    const undeliverable = unshared(gateway.webhooks.allowed_hosts, worker.webhooks.allowed_hosts);
    if (undeliverable.length > 0)
      context.addIssue({
        code: 'custom',
        path: ['gateway', 'webhooks', 'allowed_hosts'],
        message: `${undeliverable.join(', ')} is not in worker.webhooks.allowed_hosts: callbacks would be accepted, and never delivered`,
      });
  });

/** Hosts that are not among the others. */
export const unshared = (hosts: readonly string[], others: readonly string[]): string[] =>
  hosts.filter((host) => !others.includes(host));
