/** Where an operator reads what goes on with upstreams: nothing of it reaches a caller. */
export interface UpstreamLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}
