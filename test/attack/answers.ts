/** What raw answers hold. */
import type { RawAnswer } from '../fixtures/raw';

/** The structured part of an answer; empty where there is none. */
export function dataIn({ message }: RawAnswer): Readonly<Record<string, unknown>> {
  return (message.result?.['structuredContent'] ?? {}) as Record<string, unknown>;
}
