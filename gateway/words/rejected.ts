/** What a client is told about a call that never became a job. */
import type { CallToolResult } from '@modelcontextprotocol/server';

/** A call that was not accepted. Nothing has happened, and the model can mend it. */
export function rejected(text: string, error: Record<string, unknown>): CallToolResult {
  return { isError: true, content: [{ type: 'text', text }], structuredContent: { status: 'rejected', error } };
}

/** A call whose arguments cannot be right. */
export function invalid(text: string): CallToolResult {
  return rejected(text, { kind: 'invalid_input', retryable: false, side_effect: 'none' });
}

/** A call whose arguments do not fit the tool's schema. */
export function misfitting(tool: string, problems: string): CallToolResult {
  return invalid(`The arguments of ${tool} do not fit its schema: ${problems}. Correct them and call again.`);
}

/** What there may be only so many of. */
export type Counted = 'jobs running' | 'jobs put off' | 'schedules';

/** Why a call is not accepted now: a quota is used up. */
export interface Full {
  readonly kind: 'full';
  readonly limit: number;
  /** Whose quota it is. */
  readonly of: 'caller' | 'tenant';
  readonly what: Counted;
}

/** When a caller who has too much running may try again, seconds. */
const QUOTA_RETRY_S = 10;

const ADVICE: Readonly<Record<Counted, string>> = {
  'jobs running': `Wait for one to end (job_wait with mode "any"), or call again in ${QUOTA_RETRY_S} s.`,
  'jobs put off': 'job_list shows them; end one with job_cancel.',
  schedules: 'job_list shows them; end one with job_cancel.',
};

/** A call that would pass a quota. */
export function overQuota({ limit, of, what }: Full): CallToolResult {
  const whose = of === 'caller' ? 'You have' : 'Your tenant has';
  return rejected(`${whose} ${limit} ${what}, which is the limit. Nothing was started. ${ADVICE[what]}`, {
    kind: 'over_quota',
    retryable: true,
    retry_after_s: QUOTA_RETRY_S,
    side_effect: 'none',
    limit,
    of,
    what,
  });
}
