/** What a client says that it takes, in the `Accept` header. */

/** The form in which the SDK reads it: it looks for these two names, where 2025 revisions want both. */
const BOTH = 'application/json, text/event-stream';
const ANYTHING = new Set(['*/*', 'application/*']);

/** The header as the SDK is to see it: absent, in capitals and with wildcards, as HTTP has it. */
export function acceptOf(header: string | undefined): string {
  const accepted = (header ?? '').toLowerCase();
  const ranges = accepted.split(',').map((range) => range.split(';', 1).join('').trim());
  const anything = accepted.trim() === '' || ranges.some((range) => ANYTHING.has(range));
  return anything || (ranges.includes('application/json') && ranges.includes('text/*')) ? BOTH : accepted;
}
