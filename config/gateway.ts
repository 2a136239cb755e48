/** The `gateway` part of holdfast.yaml. Every process checks it, and the gateway reads it. */
import { z } from 'zod';
import { Host } from './host';
import { isHashOfKnown } from './weak';

const Patience = z.number().min(0).max(240);

const Profile = z.strictObject({
  /** Seconds. */
  patience: Patience,
});
export type ClientProfile = z.output<typeof Profile>;

/** Who an API key lets in. */
export const Key = z.strictObject({
  /** SHA-256 of the key, hex. The key itself is never stored. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'the SHA-256 of the key in 64 lower-case hex digits')
    .refine(
      (hash) => !isHashOfKnown(hash),
      'the key of this hash is one that anybody would try: make one with holdfast key new',
    ),
  tenant: z.string().regex(/^[a-z0-9-]{1,32}$/, '1 to 32 of a-z, 0-9 and -'),
  subject: z.string().min(1).max(128),
  /** The last day on which the key counts, to its end in UTC; absent: it counts until it is taken out. */
  expires: z.iso.date('a day, such as 2027-01-31').optional(),
  /** Seconds that calls with this key wait, whatever the client. */
  patience: Patience.optional(),
});

export const GatewayPart = z.strictObject({
  host: z.string().default('127.0.0.1'),
  port: z.int().min(0).max(65_535).default(8484),
  /** Names that may stand in `Host` and `Origin` besides the loopback names. */
  allowed_hosts: z.array(z.string()).default([]),
  /** Seconds that a call waits before it answers with a handle. */
  patience: Patience.default(45),
  /** How long calls of a client wait, by its `clientInfo.name`. */
  clients: z.record(z.string(), Profile).default({}),
  /** Seconds that a call waits before it answers with a task, where the client knows tasks. */
  task_grace: Patience.default(2),
  /** Seconds that a job has to end by itself once it was told to stop. Then it is ended, whatever its code does. */
  cancel_grace: z.number().positive().max(3_600).default(30),
  /** Base address of the Temporal Web UI, for the audit link in every answer. */
  temporal_ui: z.url().optional(),
  keys: z.array(Key).superRefine(refuseShared).default([]),
  /** Jobs that one caller, and one tenant, may have running; a call over it is told when to come back. */
  quotas: z
    .strictObject({ caller: z.int().positive().default(100), tenant: z.int().positive().default(1_000) })
    .prefault({}),
  /** Requests of one caller in a second: calls, and everything else. Twice as many may come at once. */
  rates: z
    .strictObject({
      calls: z.number().min(1).max(100_000).default(50),
      reads: z.number().min(1).max(100_000).default(200),
    })
    .prefault({}),
  /** What one request may bring. The highest values are what Temporal takes as one payload, and what the process bears. */
  limits: z
    .strictObject({
      max_bytes: z.int().min(16_384).max(1_900_000).default(1_048_576),
      max_depth: z.int().min(16).max(256).default(64),
      max_values: z.int().min(1_000).max(100_000).default(10_000),
      max_batch: z.int().min(1).max(100).default(10),
    })
    .prefault({}),
  /** Connections in all, and those of one address on which nothing is asked; the longest silent one goes for a new one. */
  connections: z
    .strictObject({
      max: z.int().min(10).max(100_000).default(5_000),
      silent_per_address: z.int().min(1).max(100_000).default(500),
    })
    .prefault({}),
  /** Addresses, or ranges such as 10.0.0.0/8, of proxies in front of the gateway: what they say in X-Forwarded-For is believed. */
  proxies: z
    .array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], 'an address, or a range such as 10.0.0.0/8'))
    .default([]),
  /** Share of a tenant in workers that are short, against the 1 of others. */
  weights: z.record(z.string(), z.number().min(0.001).max(1_000)).default({}),
  /** Whether calls may be put off or repeated (`job_schedule`). */
  schedules: z.boolean().default(false),
  webhooks: z
    .strictObject({
      /** Hosts that callers may have called back when their job ends. None until the operator lists one. */
      allowed_hosts: z.array(Host).default([]),
    })
    .prefault({}),
});

/** A key tells who is calling: it can be one caller's only. */
function refuseShared(keys: readonly z.output<typeof Key>[], context: z.RefinementCtx): void {
  keys.forEach(({ sha256 }, at) => {
    const first = keys.findIndex((key) => key.sha256 === sha256);
    if (first < at)
      context.addIssue({
        code: 'custom',
        path: [at],
        message: `the same sha256 as key ${first} of the list: give each caller a key of its own`,
      });
  });
}
