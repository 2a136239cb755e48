/** What is said about one job right now: its result if it has ended, a handle if it has not. */
import type { CallToolResult } from '@modelcontextprotocol/server';
import { DEFAULT_POLICY } from '../workflows/contract';
import { unlessUnavailable } from './errors';
import { handleOf } from './handle';
import type { JobRef } from './ids';
import type { Jobs } from './jobs';
import type { Outcome } from './outcome';
import { json, resultOf } from './result';
import type { Text } from './result';
import type { Tool } from './tools';
import { fingerprint, isClosed } from './view';
import type { JobView } from './view';

export type Answers = ReturnType<typeof answersFrom>;

/** Makes the answers. `auditOf` gives the Web UI's address of a job, if there is one. */
export function answersFrom(
  jobs: Jobs,
  tools: ReadonlyMap<string, Tool>,
  auditOf: (ref: JobRef) => string | undefined,
) {
  const textOf = (tool: string): Text => tools.get(tool)?.text ?? json;

  /** The last partial result: in full from a worker, else as much of it as the memo holds. */
  async function partialOf(view: JobView): Promise<unknown> {
    if (view.partial === undefined) return undefined;
    return 'value' in view.partial
      ? view.partial.value
      : ((await jobs.partial(view.ref)) ?? {
          note: `${view.partial.characters} characters of findings; no worker is up to read them. Ask again later.`,
        });
  }

  async function ended(ref: JobRef, tool: string, outcome: Outcome): Promise<CallToolResult> {
    const partial =
      outcome.kind === 'cancelled' ? await jobs.look(ref).then(partialOf).catch(unlessUnavailable) : undefined;
    return resultOf(ref, outcome, textOf(tool), auditOf(ref), partial);
  }

  return {
    textOf,
    partialOf,
    auditOf,

    /** The answer when `outcome` is known, or the wait for it is over. `before`: what the client has been told already. */
    async about(ref: JobRef, tool: string, outcome: Outcome | undefined, before?: JobView): Promise<CallToolResult> {
      if (outcome) return ended(ref, tool, outcome);
      const view = await jobs.look(ref).catch(unlessUnavailable);
      // It ended between the wait and the look.
      const late =
        view && isClosed(view)
          ? await jobs.poll(ref, new AbortController().signal).catch(unlessUnavailable)
          : undefined;
      if (late) return ended(ref, tool, late);
      if (!view || isClosed(view)) return handleOf(unseen(ref, tool), auditOf(ref));
      return handleOf(view, auditOf(ref), before !== undefined && fingerprint(before) === fingerprint(view));
    },
  };
}

/** An accepted job that cannot be seen just now. Its handle is good all the same. */
function unseen(ref: JobRef, tool: string): JobView {
  return {
    ref,
    tool,
    argsHash: '',
    policy: DEFAULT_POLICY,
    status: 'running',
    cancelling: false,
    startedAt: new Date(),
    closedAt: undefined,
    progress: undefined,
    within: undefined,
    questions: [],
    partial: undefined,
    trouble: 'its state cannot be read for the moment; it was accepted and goes on',
  };
}
