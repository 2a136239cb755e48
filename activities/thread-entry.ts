/** What a thread does: it says that it begins, since its time counts from there, and computes. */
import { createRequire } from 'node:module';
import type { MessagePort } from 'node:worker_threads';

export interface Computation {
  /** Absolute path of the module. */
  readonly module: string;
  /** Under which name the module exports the function. */
  readonly name: string;
  readonly input: unknown;
  /** Is sent a message when the module is loaded. */
  readonly begun: MessagePort;
}

const load = createRequire(__filename);

export function compute({ module, name, input, begun }: Computation): unknown {
  const loaded = load(module) as Record<string, (input: unknown) => unknown>;
  begun.postMessage(undefined);
  begun.close();
  return loaded[name]?.(input);
}
