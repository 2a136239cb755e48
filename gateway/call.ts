/** The life of a call, top to bottom. Whoever changes the product reads this first. */
import type { CallToolResult } from '@modelcontextprotocol/server';
import type { Caller } from '../workflows/contract';
import type { Answers } from './answer';
import type { Jobs } from './jobs';
import { invalid } from './result';
import type { Tool } from './tools';
import type { JobView } from './view';
import type { Watch } from './watch';

/** What a request brings along besides the tool's name and arguments. */
export interface CallRequest {
  readonly caller: Caller;
  /** The client's idempotency key: the same key means the same job. */
  readonly key: string | undefined;
  /** Fires when the client hangs up: ends the wait, not the job. */
  readonly signal: AbortSignal;
  readonly onView: (view: JobView) => void;
  /** To be called once the call is durable. */
  readonly accepted: () => void;
}

/** Makes the function that serves `tools/call` for every tool. `patienceMs`: how long a call waits before it answers with a handle. */
export function callWith(jobs: Jobs, watch: Watch, answers: Answers, patienceMs: number) {
  return async (tool: Tool, args: unknown, request: CallRequest): Promise<CallToolResult> => {
    const checked = tool.check(args);
    if (!checked.ok)
      return invalid(
        `The arguments of ${tool.name} do not fit its schema: ${checked.problems}. Correct them and call again.`,
      );

    const ref = await jobs.start(tool, checked.input, request.caller, request.key);
    // From here on the call survives us.
    request.accepted();
    const outcome = await watch.wait(ref, { ms: patienceMs, signal: request.signal, onView: request.onView });
    return answers.about(ref, tool.name, outcome);
  };
}
