/** Why Temporal does not do what it is asked, in one sentence: the same from gateways, workers and `holdfast doctor`. */

/** gRPC status codes. */
const [PERMISSION_DENIED, UNIMPLEMENTED, UNAUTHENTICATED] = [7, 12, 16];

/** In the words of grpc-js and OpenSSL, and in those of the worker's own connection. */
const TLS =
  /certificate|altnames|SSL|EPROTO|\btls\b|CERT_|UnknownIssuer|UNABLE_TO|HandshakeFailure|InvalidContentType/i;
const REFUSED = /ECONNREFUSED|ConnectionRefused|Connection refused/;
const UNNAMED = /Name resolution failed|ENOTFOUND|EAI_AGAIN|dns error|failed to lookup/;

/**
 * The sentence for an error of a connection to Temporal.
 *
 * @param error - what the client threw; its text is looked at, since no code tells these cases apart
 * @param address - host:port
 */
export function unreachedText(error: unknown, address: string): string {
  const [code, said] = [codeOf(error), saidBy(error)];
  if (code === PERMISSION_DENIED || code === UNAUTHENTICATED)
    return `Temporal at ${address} refuses us: the API key or client certificate may not use this namespace (TEMPORAL_API_KEY, TEMPORAL_TLS_CLIENT_CERT_PATH, TEMPORAL_NAMESPACE).`;
  if (code === UNIMPLEMENTED)
    return `What answers at ${address} is not Temporal, or one that is too old: correct TEMPORAL_ADDRESS.`;
  if (REFUSED.test(said))
    return `Nothing listens at ${address}, the connection was refused: start Temporal, or correct TEMPORAL_ADDRESS.`;
  if (UNNAMED.test(said)) return `The host of ${address} is not known: correct TEMPORAL_ADDRESS.`;
  if (TLS.test(said))
    return `No TLS connection to Temporal at ${address}${reasonIn(said)}: TEMPORAL_TLS, TEMPORAL_TLS_SERVER_CA_CERT_PATH, TEMPORAL_TLS_SERVER_NAME, TEMPORAL_TLS_CLIENT_CERT_PATH or TEMPORAL_TLS_CLIENT_KEY_PATH is wrong or missing.`;
  return `Temporal at ${address} is not reachable: no answer came in time.`;
}

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

/** All that an error says, with what caused it. */
function saidBy(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.message} ${'details' in error ? String(error.details) : ''} ${error.cause === undefined ? '' : saidBy(error.cause)}`;
}

/** What TLS found wrong, without the numbers of OpenSSL. */
function reasonIn(said: string): string {
  const [, reason] =
    /(self[- ]signed certificate[a-z ]*|unable to [a-z ]*certificate[a-z ]*|certificate has expired|bad certificate|certificate required|unknown ca|UnknownIssuer|wrong version number|does not match certificate's altnames)/i.exec(
      said,
    ) ?? [];
  return reason === undefined ? '' : ` (${reason.trim()})`;
}
