/** What is said about one job right now: its result if it has ended, a handle if it has not. */
import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/server';
import { DEFAULT_POLICY } from '../../workflows/contract';
import { unlessUnavailable } from '../errors';
import { handleOf } from '../words/handle';
import type { JobRef } from '../ids';
import type { Jobs } from '../jobs/jobs';
import type { Outcome } from '../jobs/outcome';
import { isRecord } from '../http/body';
import { json } from '../words/page';
import { resultOf } from '../words/result';
import type { Shows } from '../words/result';
import type { Tool } from '../tools';
import { fingerprint, isClosed, newView } from '../jobs/view';
import type { JobView } from '../jobs/view';

/** A job that has ended, with its answer; or one that goes on, as it is now. */
export type State =
  { readonly result: CallToolResult; readonly view?: never } | { readonly view: JobView; readonly result?: never };

export type Answers = ReturnType<typeof answersFrom>;

/** Makes the answers. `auditOf` gives the Web UI's address of a job, if there is one. */
export function answersFrom(
  jobs: Jobs,
  tools: ReadonlyMap<string, Tool>,
  auditOf: (ref: JobRef) => string | undefined,
) {
  const contentOf = (tool: string, output: unknown): readonly ContentBlock[] =>
    tools.get(tool)?.content(output) ?? [{ type: 'text', text: json(output) }];

  /** The last partial result: in full from a worker, else as much of it as the memo holds. */
  async function partialOf(view: JobView): Promise<unknown> {
    if (view.partial === undefined) return undefined;
    return 'value' in view.partial
      ? view.partial.value
      : ((await jobs.partial(view.ref)) ?? {
          note: `${view.partial.characters} characters of findings; no worker is up to read them. Ask again later.`,
        });
  }

  /** The answer about a job that has ended. */
  async function ended(ref: JobRef, tool: string, outcome: Outcome): Promise<CallToolResult> {
    const stopped = outcome.kind === 'cancelled' || outcome.kind === 'failed';
    const found = stopped ? await jobs.look(ref).then(partialOf).catch(unlessUnavailable) : undefined;
    const known = tools.get(tool);
    const shows: Shows = {
      content: (output) => contentOf(tool, output),
      structured: (output) => (known ? known.structured(output) : isRecord(output) ? output : undefined),
      continues: known?.continues === true,
    };
    return resultOf(ref, outcome, shows, auditOf(ref), found);
  }

  /** Where an accepted job is, also while Temporal cannot be asked: its handle is good all the same. */
  async function stateOf(ref: JobRef, tool: string): Promise<State> {
    const view = await jobs.look(ref).catch(unlessUnavailable);
    if (view && !isClosed(view)) return { view };
    // It ended between the wait and the look.
    const outcome = view && (await jobs.outcomeOf(ref).catch(unlessUnavailable));
    if (outcome) return { result: await ended(ref, tool, outcome) };
    const trouble = 'its state cannot be read for the moment; it was accepted and goes on';
    return { view: newView(ref, tool, DEFAULT_POLICY, { trouble }) };
  }

  return {
    contentOf,
    partialOf,
    auditOf,
    ended,
    stateOf,

    /** The answer in words when `outcome` is known, or the wait for it is over. `before`: what the client was told already. */
    async about(ref: JobRef, tool: string, outcome: Outcome | undefined, before?: JobView): Promise<CallToolResult> {
      if (outcome) return ended(ref, tool, outcome);
      const { result, view } = await stateOf(ref, tool);
      if (!view) return result;
      return handleOf(view, auditOf(ref), before !== undefined && fingerprint(before) === fingerprint(view));
    },
  };
}
