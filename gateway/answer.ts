/** What is said about one job right now: its result if it has ended, a handle if it has not. */
import type { CallToolResult } from '@modelcontextprotocol/server';
import { Unavailable } from './errors';
import { handleOf } from './handle';
import type { JobRef } from './ids';
import type { Jobs } from './jobs';
import type { Outcome } from './outcome';
import { json, resultOf } from './result';
import type { Text } from './result';
import type { Tool } from './tools';
import { isClosed } from './view';
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
    const partial = outcome.kind === 'cancelled' ? await partialOf(await jobs.look(ref)) : undefined;
    return resultOf(ref, outcome, textOf(tool), auditOf(ref), partial);
  }

  return {
    textOf,
    partialOf,
    auditOf,

    /** The answer when `outcome` is known, or the wait for it is over. */
    async about(ref: JobRef, tool: string, outcome: Outcome | undefined, before?: JobView): Promise<CallToolResult> {
      if (outcome) return ended(ref, tool, outcome);
      const view = await jobs.look(ref).catch((error: unknown) => unseen(ref, tool, error));
      // It ended between the wait and the look.
      const late = isClosed(view) ? await jobs.poll(ref, new AbortController().signal) : undefined;
      if (late) return ended(ref, tool, late);
      const unchanged =
        before !== undefined && json([before.progress, before.trouble]) === json([view.progress, view.trouble]);
      return handleOf(view, auditOf(ref), unchanged);
    },
  };
}

/** An accepted job that cannot be seen just now. Its handle is good all the same. */
function unseen(ref: JobRef, tool: string, error: unknown): JobView {
  if (!(error instanceof Unavailable)) throw error;
  return {
    ref,
    runId: '',
    tool,
    argsHash: '',
    status: 'running',
    startedAt: new Date(),
    closedAt: undefined,
    progress: undefined,
    within: undefined,
    questions: [],
    partial: undefined,
    trouble: 'its state cannot be read for the moment; it was accepted and goes on',
  };
}
