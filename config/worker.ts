/** The `worker` part of holdfast.yaml. Every process checks it, and workers read it. */
import { z } from 'zod';
import { QUEUE_NAME } from '../workflows/contract';
import { Host } from './host';

const GIB = 1024 ** 3;

const WebAddress = z.url({ protocol: /^https?$/, error: 'An address that begins with https:// or http://' });

/** A schema for the settings of something that `false` turns off. */
const orFalse = <T extends z.ZodType>(settings: T) =>
  z.union([z.literal(false).transform(() => undefined), settings], 'Either false or its settings');

/** The one setting that most sources have: another address, such as that of a mirror. */
const Address = z.strictObject({ base_url: WebAddress.optional() });

export const Sources = z.strictObject({
  wikipedia: orFalse(
    Address.extend({
      language: z
        .string()
        .regex(/^[a-z][a-z-]*$/, 'A language as in the address: en, de, zh-min-nan')
        .default('en'),
    }),
  ).prefault({}),
  hacker_news: orFalse(Address).prefault({}),
  arxiv: orFalse(Address).prefault({}),
  github: orFalse(Address.extend({ token_env: z.string().min(1).optional() })).prefault({}),
  searxng: z.strictObject({ url: WebAddress }).optional(),
  feeds: z.array(WebAddress).max(100).default([]),
  folders: z.array(z.string().min(1)).default([]),
});

/** Hosts that may have private addresses. None until the operator lists one. */
const HostsAndPorts = z.array(z.string().regex(/^[^\sA-Z]+:\d{1,5}$/, 'host:port, in lower case')).default([]);

export const Queue = z.strictObject({
  concurrent_steps: z
    .number()
    .int()
    .positive()
    .default(50)
    .describe('Steps of this queue that one process runs at the same time.'),
  per_second: z
    .number()
    .positive()
    .optional()
    .describe('Steps of this queue that begin in a second, in the whole fleet.'),
});
export const Drain = z
  .number('must be seconds')
  .positive('must be more than 0 s')
  .max(86_400, 'must be a day at most, 86400 s');

export const WorkerPart = z.strictObject({
  repository: z
    .strictObject({
      local_paths: z
        .array(z.string())
        .optional()
        .describe('Folders under which local repositories may be read. None until the operator lists one.'),
      max_bytes: z
        .number()
        .int()
        .positive()
        .default(GIB)
        .describe('Largest clone, bytes. A local repository is not cloned, and may be larger.'),
      allow: HostsAndPorts.describe(
        'host:port pairs of git hosts that may have private addresses. A redirect from another host does not lead there.',
      ),
    })
    .prefault({}),
  egress: z
    .strictObject({
      allow: HostsAndPorts.describe(
        'host:port pairs at which sources may have private addresses and use plain http. The pages that they find may not.',
      ),
    })
    .prefault({}),
  sources: Sources.prefault({}),
  model: z
    .strictObject({ url: WebAddress, name: z.string().min(1), key_env: z.string().min(1).optional() })
    .optional()
    .describe('The OpenAI-compatible endpoint that plans and writes for deep_research.'),
  webhooks: z
    .strictObject({
      allowed_hosts: z
        .array(Host)
        .default([])
        .describe('Hosts that may be called back when a job ends. None until the operator lists one.'),
    })
    .prefault({}),
  concurrent_steps: z.number().int().positive().default(50).describe('Steps that one process runs at the same time.'),
  earlier_versions: z
    .number()
    .int()
    .nonnegative()
    .default(10)
    .describe(
      'Earlier versions of the workflow code that one process runs as long as they have jobs, the newest ones.',
    ),
  drain: Drain.default(20).describe(
    'Seconds that the steps under way have to come to their end when a worker is told to stop.',
  ),
  queues: z
    .record(z.string().regex(QUEUE_NAME, '1 to 32 of a-z, 0-9 and -'), Queue)
    .default({})
    .describe('Queues with a limit of their own, by the name that tools have in their policy (`queue`).'),
});
