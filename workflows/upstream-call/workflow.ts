/** The job of a call of an upstream's tool: one request, or as many as its rounds and its task take. */
import { defineUpdate, setHandler, workflowInfo } from '@temporalio/workflow';
import type { WorkflowInfo } from '@temporalio/workflow';
import type { z } from 'zod';
import type { ToolDefinition } from '../define-tool';
import { fail } from '../failure';
import { job } from '../job';
import { jobMemo } from '../memo';
import { UPDATE_ASK } from '../upstream-contract';
import type {
  FollowRequest,
  InputReply,
  InputRequest,
  Relayed,
  UpstreamAnswer,
  UpstreamCall,
  UpstreamRequest,
  UpstreamTask,
} from '../upstream-contract';
import { replyTo, responsesTo } from './ask';

/** Rounds of one call: what asks for more is taken to ask for ever. */
const ROUNDS_MAX = 50;

interface CallSteps {
  callUpstream(request: UpstreamRequest): Promise<UpstreamAnswer>;
}

interface FollowSteps {
  followUpstream(request: FollowRequest): Promise<UpstreamAnswer>;
}

type Route = ToolDefinition<z.ZodType<UpstreamCall>, z.ZodType<Relayed>>;

const askUpdate = defineUpdate<InputReply, [InputRequest]>(UPDATE_ASK);

/** Calls the tool until there is a result: through rounds of questions, and to the end of the upstream's own task. */
export const upstreamCall = job<Route>(
  async (call, job) => {
    const { upstream, tool } = call;
    const { callUpstream } = job.steps<CallSteps>();
    const { followUpstream } = job.steps<FollowSteps>({ follows: true });
    const { key, caller } = idsOf(workflowInfo());
    // An upstream that waits on its open connection asks through the step that holds it.
    setHandler(askUpdate, (request) => replyTo(request, call, job.ask), { unfinishedPolicy: 'ABANDON' });

    let task: UpstreamTask | undefined;
    const goOn = (more: Pick<UpstreamRequest, 'responses' | 'requestState'> = {}): Promise<UpstreamAnswer> =>
      task
        ? followUpstream({ upstream, tool, caller, task, ...more })
        : callUpstream({ ...call, key, caller, ...more });

    let answer = await job.step(`Calling ${tool} of ${upstream}`, goOn);
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      if (answer.kind === 'result') {
        const { result, notes } = answer;
        return { holdfast: 'relayed', result, ...(notes && { notes }) };
      }
      if (answer.kind === 'task') {
        ({ task } = answer);
        answer = await job.step(`Following the task of ${tool}`, goOn);
      } else {
        const { requests, requestState } = answer;
        const responses = await responsesTo(requests, call, job.ask, (why) => refused(call, why));
        const more = { responses, ...(requestState !== undefined && { requestState }) };
        answer = await job.step(`Going on with ${tool}`, () => goOn(more));
      }
    }
    throw refused(call, `it asked for more than ${ROUNDS_MAX} rounds.`);
  },
  ({ arguments: given }) => given,
);

/** The call went on as far as the upstream let it: what it did until then is not known. */
const refused = ({ upstream, tool }: UpstreamCall, why: string) =>
  fail('refused', `${tool} of ${upstream} did not come to its end: ${why}`, { sideEffect: 'unknown' });

/**
 * What is the same in all attempts, and who calls. A job's id is made for that: the part before its last names the caller, and tells nobody who
 * that is. A child of somebody else's workflow has no such id, and one name may stand for one call after the other.
 */
function idsOf({ workflowId, parent, firstExecutionRunId }: WorkflowInfo): { key: string; caller: string } {
  if (parent) return { key: firstExecutionRunId, caller: JSON.stringify(jobMemo().caller ?? parent) };
  const at = workflowId.lastIndexOf('/');
  return { key: workflowId.slice(at + 1), caller: workflowId.slice(0, Math.max(at, 0)) };
}
