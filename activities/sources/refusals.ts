/** Reads why a request was refused, where the headers do not say it: a limit of requests, or that nothing is left to spend. */
import { z } from 'zod';

export interface Refusal {
  /** How long to wait, milliseconds. Absent when it asks for no wait. */
  readonly waitMs?: number | undefined;
  /** Whether no waiting helps, although its status is that of too many requests. */
  readonly isSpent: boolean;
}

const text = z.string().catch('');
const github = z.object({ message: text, documentation_url: text });
/** What GitHub asks for when it says no time. */
const GITHUB_WAIT_MS = 60_000;

export function githubRefusalIn(body: unknown): Refusal {
  const { message, documentation_url: page } = github.parse(body);
  const isLimit =
    /secondary rate limit|abuse detection|API rate limit exceeded/i.test(message) || page.includes('rate-limit');
  return { isSpent: false, ...(isLimit && { waitMs: GITHUB_WAIT_MS }) };
}

const seconds = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d+(?:\.\d+)?s?$/)
      .transform(parseFloat),
  ])
  .optional()
  .catch(undefined);
const error = z
  .object({
    message: text,
    code: z.union([z.string(), z.number()]).catch(''),
    type: text,
    retry_after: seconds,
    retry_after_seconds: seconds,
    details: z.array(z.object({ retryDelay: seconds })).catch([]),
    metadata: z
      .object({ retry_after_seconds: seconds, headers: z.object({ 'Retry-After': seconds }).catch({}) })
      .optional()
      .catch(undefined),
  })
  .partial();
const model = z.object({
  retry_after: seconds,
  error: z.union([error, z.string().transform((message) => ({ message }))]).optional(),
});

/** Says it in words: `Please try again in 1m20.5s`. */
const IN_WORDS =
  /\b(?:try again|retry) (?:in|after) (?:(\d+)\s?h(?:ours?)?,?\s?)?(?:(\d+)\s?m(?:in(?:utes?)?)?,?\s?(?!s))?(?:(\d+(?:\.\d+)?)\s?(ms|s))?/i;

export function modelRefusalIn(body: unknown): Refusal {
  const { retry_after, error: given } = model.parse(Array.isArray(body) ? body[0] : body);
  const told: z.output<typeof error> = given ?? {};
  const asked = [
    retry_after,
    told.retry_after,
    told.retry_after_seconds,
    told.metadata?.retry_after_seconds,
    told.metadata?.headers['Retry-After'],
    told.details?.find(({ retryDelay }) => retryDelay !== undefined)?.retryDelay,
    secondsIn(told.message ?? ''),
  ].find((each) => each !== undefined);
  const isSpent = /insufficient_quota|billing|insufficient_balance|credit/i.test(`${told.code} ${told.type}`);
  return { isSpent, ...(asked !== undefined && { waitMs: asked * 1_000 }) };
}

function secondsIn(message: string): number | undefined {
  const [, hours = 0, minutes = 0, rest = 0, unit] = IN_WORDS.exec(message) ?? [];
  const total =
    Number(hours) * 3_600 + Number(minutes) * 60 + Number(rest) / (unit?.toLowerCase() === 'ms' ? 1_000 : 1);
  return total > 0 ? total : undefined;
}
