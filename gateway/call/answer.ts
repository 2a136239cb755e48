/** What is said about one job right now: its result if it has ended, a handle if it has not. */
import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/server';
import { DEFAULT_POLICY } from '../../workflows/contract';
import { isRelayed } from '../../workflows/upstream-contract';
import { unlessUnavailable } from '../errors';
import type { JobRef } from '../ids';
import { isRecord, json } from '../json';
import type { Jobs } from '../jobs/jobs';
import type { Outcome } from '../jobs/outcome';
import { fingerprint, isClosed, newView } from '../jobs/view';
import type { JobView } from '../jobs/view';
import type { ToolsByName } from '../offered';
import type { Tool } from '../tools';
import { handleOf } from '../words/handle';
import { spoken } from '../words/page';
import type { Presented } from '../words/page';
import { relayedContent, relayedData } from '../words/relayed';
import { resultOf } from '../words/result';
import type { Asked } from '../words/result';

/** A job that has ended, with its answer; or one that goes on, as it is now. */
export type State =
  | { readonly kind: 'ended'; readonly outcome: Outcome; readonly result: CallToolResult }
  | { readonly kind: 'open'; readonly view: JobView };

/** What clients are told about jobs. */
export interface Answers {
  /** A tool's output as the model and the client see it. */
  presented(tool: string, output: unknown): Presented;
  /** The last partial result: in full from a worker, else as much of it as the memo holds. */
  partialOf(view: JobView): Promise<unknown>;
  /** The Web UI's address of a job, if there is one. */
  auditOf(ref: JobRef): string | undefined;
  /** The answer about a job that has ended. `asked`: what is known of the call that is answered, where one is. */
  ended(ref: JobRef, tool: string, outcome: Outcome, asked?: Asked): Promise<CallToolResult>;
  /** Where an accepted job is, also while Temporal cannot be asked: its handle is good all the same. */
  stateOf(ref: JobRef, tool: string, asked?: Asked): Promise<State>;
  /** The answer in words when `outcome` is known, or the wait for it is over. `before`: what the client was told already. */
  about(ref: JobRef, tool: string, outcome: Outcome | undefined, before?: JobView): Promise<CallToolResult>;
}

export function createAnswers(
  jobs: Pick<Jobs, 'look' | 'outcomeOf' | 'partial'>,
  tools: ToolsByName,
  auditOf: Answers['auditOf'],
): Answers {
  const contentOf = (tool: Tool | undefined, output: unknown): readonly ContentBlock[] =>
    spoken(tool?.content(output) ?? [{ type: 'text', text: json(output) }]);
  const structuredOf = (tool: Tool | undefined, output: unknown): Record<string, unknown> | undefined =>
    tool ? tool.structured(output) : isRecord(output) ? output : undefined;

  async function partialOf({ ref, partial }: JobView): Promise<unknown> {
    if (partial === undefined) return undefined;
    if (partial.kind === 'value') return partial.value;
    const note = `${partial.characters} characters of findings; no worker is up to read them. Ask again later.`;
    return (await jobs.partial(ref)) ?? { note };
  }

  async function ended(ref: JobRef, tool: string, outcome: Outcome, asked?: Asked): Promise<CallToolResult> {
    const stopped = outcome.kind === 'cancelled' || outcome.kind === 'failed';
    const found = stopped ? await jobs.look(ref).then(partialOf).catch(unlessUnavailable) : undefined;
    const known = tools.get(tool);
    const presentation = {
      content: (output: unknown) => contentOf(known, output),
      structured: (output: unknown) => structuredOf(known, output),
      continues: known?.continues === true,
      asked,
    };
    return resultOf(ref, outcome, presentation, auditOf(ref), found);
  }

  async function stateOf(ref: JobRef, tool: string, asked?: Asked): Promise<State> {
    const view = await jobs.look(ref).catch(unlessUnavailable);
    if (view && !isClosed(view)) return { kind: 'open', view };
    // It ended between the wait and the look.
    const outcome = view && (await jobs.outcomeOf(ref).catch(unlessUnavailable));
    if (outcome) return { kind: 'ended', outcome, result: await ended(ref, tool, outcome, asked) };
    const trouble = 'its state cannot be read for the moment; it was accepted and goes on';
    return { kind: 'open', view: newView(ref, tool, DEFAULT_POLICY, { trouble }) };
  }

  return {
    presented(name, output) {
      if (isRelayed(output))
        return { output: output.result, content: relayedContent(output), data: relayedData(output.result) };
      const tool = tools.get(name);
      return { output, content: contentOf(tool, output), data: structuredOf(tool, output) };
    },
    partialOf,
    auditOf,
    ended,
    stateOf,
    async about(ref, tool, outcome, before) {
      if (outcome) return ended(ref, tool, outcome);
      const state = await stateOf(ref, tool);
      if (state.kind === 'ended') return state.result;
      const unchanged = before !== undefined && fingerprint(before) === fingerprint(state.view);
      return handleOf(state.view, auditOf(ref), unchanged);
    },
  };
}
