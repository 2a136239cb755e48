/** A transport whose messages are looked at before the SDK's client has them. */
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';

/**
 * @param take - whether the message has been dealt with: the client does not see it then
 * @param onEnd - called when the transport has closed
 */
export function tapped(
  inner: Transport,
  take: (message: JSONRPCMessage) => boolean,
  onEnd: () => void,
  onError: (error: Error) => void,
): Transport {
  const outer: Transport = {
    async start() {
      inner.onmessage = (message, extra) => {
        if (!take(message)) outer.onmessage?.(message, extra);
      };
      inner.onerror = (error) => {
        onError(error);
        outer.onerror?.(error);
      };
      inner.onclose = () => {
        onEnd();
        outer.onclose?.();
      };
      await inner.start();
    },
    send: (message, options) => inner.send(message, options),
    close: () => inner.close(),
    setProtocolVersion: (version) => inner.setProtocolVersion?.(version),
    ...(inner.hasPerRequestStream !== undefined && { hasPerRequestStream: inner.hasPerRequestStream }),
    // By these the SDK knows that it is no network.
    ...('pid' in inner && 'stderr' in inner && { pid: inner.pid, stderr: inner.stderr }),
  };
  return Object.defineProperty(outer, 'sessionId', { get: () => inner.sessionId });
}
