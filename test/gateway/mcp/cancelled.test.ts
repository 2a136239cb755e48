/** What a client means that takes a request back. */
import { isKnownAbort } from '../../../gateway/mcp/cancelled';

test('the abort of the TypeScript SDK on this Node is known', () => {
  // It sends the reason of the signal as text.
  expect(isKnownAbort(String(AbortSignal.abort().reason))).toBe(true);
});

test.each([
  'context canceled',
  'AbortError: signal is aborted without reason',
  'AbortError: The operation was aborted. ',
  'AbortError: The signal has been aborted',
])('%s is an abort', (reason) => {
  expect(isKnownAbort(reason)).toBe(true);
});

test.each([
  undefined,
  '',
  'timed out after 15.0s',
  'request timeout',
  'context deadline exceeded',
  'Timeout',
  'caller cancelled',
  'McpError: MCP error -32001: Request timed out',
  String(new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
  'AbortError: the budget of 60 s is over',
  'User requested cancellation',
])('%s is not known to be an abort', (reason) => {
  expect(isKnownAbort(reason)).toBe(false);
});
