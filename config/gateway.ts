/** The `gateway` part of holdfast.yaml. Every process checks it, and the gateway reads it. */
import { z } from 'zod';
import { Host } from './host';
import { isHashOfKnown } from './weak';

const Patience = z.number().min(0).max(240);

const Profile = z.strictObject({
  patience: Patience.describe('Seconds.'),
});
export type ClientProfile = z.output<typeof Profile>;

/** Who an API key lets in. */
export const Key = z.strictObject({
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'the SHA-256 of the key in 64 lower-case hex digits')
    .refine(
      (hash) => !isHashOfKnown(hash),
      'the key of this hash is one that anybody would try: make one with holdfast key new',
    )
    .describe('SHA-256 of the key, hex. The key itself is never stored.'),
  tenant: z.string().regex(/^[a-z0-9-]{1,32}$/, '1 to 32 of a-z, 0-9 and -'),
  subject: z.string().min(1).max(128),
  expires: z.iso
    .date('a day, such as 2027-01-31')
    .optional()
    .describe('The last day on which the key counts, to its end in UTC; absent: it counts until it is taken out.'),
  patience: Patience.optional().describe('Seconds that calls with this key wait, whatever the client.'),
  tools: z
    .array(z.string().min(1))
    .optional()
    .describe(
      'Tools that the key may see and call, by pattern: `github.*`, `!github.delete_*`; of those that fit the last one counts. Absent: all.',
    ),
});

export const GatewayPart = z.strictObject({
  host: z.string().default('127.0.0.1'),
  port: z.int().min(0).max(65_535).default(8484),
  allowed_hosts: z
    .array(z.string())
    .default([])
    .describe('Names that may stand in `Host` and `Origin` besides the loopback names.'),
  patience: Patience.default(45).describe('Seconds that a call waits before it answers with a handle.'),
  clients: z
    .record(z.string(), Profile)
    .default({})
    .describe('How long calls of a client wait, by its `clientInfo.name`.'),
  task_grace: Patience.default(2).describe(
    'Seconds that a call waits before it answers with a task, where the client knows tasks.',
  ),
  cancel_grace: z
    .number()
    .positive()
    .max(3_600)
    .default(30)
    .describe(
      'Seconds that a job has to end by itself once it was told to stop. Then it is ended, whatever its code does.',
    ),
  temporal_ui: z.url().optional().describe('Base address of the Temporal Web UI, for the audit link in every answer.'),
  keys: z.array(Key).superRefine(refuseShared).default([]),
  quotas: z
    .strictObject({ caller: z.int().positive().default(100), tenant: z.int().positive().default(1_000) })
    .prefault({})
    .describe('Jobs that one caller, and one tenant, may have running; a call over it is told when to come back.'),
  rates: z
    .strictObject({
      calls: z.number().min(1).max(100_000).default(50),
      reads: z.number().min(1).max(100_000).default(200),
    })
    .prefault({})
    .describe('Requests of one caller in a second: calls, and everything else. Twice as many may come at once.'),
  limits: z
    .strictObject({
      max_bytes: z.int().min(16_384).max(1_900_000).default(1_048_576),
      max_depth: z.int().min(16).max(256).default(64),
      max_values: z.int().min(1_000).max(100_000).default(10_000),
      max_batch: z.int().min(1).max(100).default(10),
    })
    .prefault({})
    .describe(
      'What one request may bring. The highest values are what Temporal takes as one payload, and what the process bears.',
    ),
  connections: z
    .strictObject({
      max: z.int().min(10).max(100_000).default(5_000),
      silent_per_address: z.int().min(1).max(100_000).default(500),
    })
    .prefault({})
    .describe(
      'Connections in all, and those of one address on which nothing is asked; the longest silent one goes for a new one.',
    ),
  proxies: z
    .array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], 'an address, or a range such as 10.0.0.0/8'))
    .default([])
    .describe(
      'Addresses, or ranges such as 10.0.0.0/8, of proxies in front of the gateway: what they say in X-Forwarded-For is believed.',
    ),
  weights: z
    .record(z.string(), z.number().min(0.001).max(1_000))
    .default({})
    .describe('Share of a tenant in workers that are short, against the 1 of others.'),
  schedules: z.boolean().default(false).describe('Whether calls may be put off or repeated (`job_schedule`).'),
  webhooks: z
    .strictObject({
      allowed_hosts: z
        .array(Host)
        .default([])
        .describe('Hosts that callers may have called back when their job ends. None until the operator lists one.'),
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
