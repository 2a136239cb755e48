/** Why a request brought no reply. */

/** One sentence for each reason. They repeat nothing of the address or the reply, which may hold secrets or instructions. */
const SENTENCES = {
  bad_url: 'The address must be an https URL without credentials.',
  forbidden_address: 'The address is not on the public internet.',
  host_not_found: 'The host was not found.',
  timeout: 'The host did not answer in time.',
  connection: 'The connection failed.',
  tls: 'The host could not prove who it is.',
  too_large: 'The reply is too large.',
  redirect: 'The host redirects too often, or to no address.',
  cancelled: 'The request was cancelled.',
} as const;

/** A request without a reply. The message may be shown to anybody; the cause is for the operator. */
export class EgressError extends Error {
  override name = 'EgressError';

  constructor(
    readonly reason: keyof typeof SENTENCES,
    options?: ErrorOptions,
  ) {
    super(SENTENCES[reason], options);
  }
}
