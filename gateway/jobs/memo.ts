/** What a job keeps in its memo. Anyone may have started the job and written that: it is parsed here, and trusted afterwards. */
import { z } from 'zod';
import { DEFAULT_POLICY, MEMO_JOB, MEMO_PARTIAL, MEMO_PROGRESS, MEMO_QUESTIONS } from '../../workflows/contract';
import type { JobMemo } from '../../workflows/contract';

export const Memo = z.object({
  [MEMO_JOB]: z
    .object({
      tool: z.string(),
      argsHash: z.string().default(''),
      at: z.iso.datetime().optional(),
      handles: z.string().optional(),
      args: z.string().optional(),
      policy: z
        .object({ budgetMs: z.number(), askMs: z.number(), ttlMs: z.number().exactOptional() })
        .catch(DEFAULT_POLICY),
    })
    .optional()
    .catch(undefined),
  [MEMO_PROGRESS]: z
    .object({ done: z.number(), total: z.number().optional(), message: z.string(), at: z.string().optional() })
    .transform((progress) => ({ ...progress, done: Math.min(progress.done, progress.total ?? Infinity) }))
    .optional()
    .catch(undefined),
  [MEMO_PARTIAL]: z
    .union([
      z.object({ characters: z.number() }).transform(({ characters }) => ({ kind: 'elsewhere' as const, characters })),
      z.object({ value: z.unknown() }).transform(({ value }) => ({ kind: 'value' as const, value })),
    ])
    .optional()
    .catch(undefined),
  [MEMO_QUESTIONS]: z
    .array(
      z.object({
        key: z.string(),
        message: z.string(),
        schema: z.record(z.string(), z.unknown()),
        expiresAt: z.iso.datetime({ offset: true }),
        at: z.iso.datetime().exactOptional(),
        shown: z.boolean().exactOptional(),
        request: z
          .object({
            method: z.enum(['sampling/createMessage', 'roots/list']),
            params: z.record(z.string(), z.unknown()),
          })
          .exactOptional(),
      }),
    )
    .catch([]),
});

/** What a running step reported last. */
export const Heartbeat = z
  .object({
    done: z.number().optional(),
    total: z.number().optional(),
    message: z.string().optional(),
    heldBy: z.string().optional(),
  })
  .optional()
  .catch(undefined);

const Called = z
  .object({ tool: z.string(), callback: z.object({ url: z.string() }).exactOptional() })
  .catch({ tool: '' });

/** The tool of a job, and where its end is to be told. */
export function calledIn(memo: Readonly<Record<string, unknown>> = {}): Pick<JobMemo, 'tool' | 'callback'> {
  return Called.parse(memo[MEMO_JOB]);
}
