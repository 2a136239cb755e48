/** For workflows of other people, in any language: runs any tool as their child, without the gateway. */
import {
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  ParentClosePolicy,
  executeChild,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { ToolCall, ToolLookUp, ToolRun } from '../catalog-contract';
import { DEFAULT_POLICY } from '../contract';
import { fail, jobFailure } from '../failure';

interface Steps {
  lookUpTool(call: ToolLookUp): Promise<ToolRun>;
}

/** The lookup has no side effects. During an update an older worker may get it and fail, so it is retried for some minutes. */
const { lookUpTool } = proxyActivities<Steps>({
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds', maximumAttempts: 20 },
});

/**
 * Returns what the tool returns.
 *
 * @throws ApplicationFailure `invalid_input` when there is no such tool, or the arguments do not fit; the tool's own failure under its own
 *   type; CancelledFailure when it was cancelled
 */
export async function callTool(call: ToolCall): Promise<unknown> {
  const { workflowId, parent } = workflowInfo();
  const caller = call.caller ?? { tenant: 'workflows', subject: parent?.workflowId ?? workflowId };
  try {
    const { workflow, args, searchAttributes, ...options } = await lookUpTool({ ...call, caller });
    return await executeChild(workflow, {
      ...options,
      args: [...args],
      workflowId: `${workflowId}/${call.tool}`,
      memo: { ...options.memo },
      typedSearchAttributes: Object.entries(searchAttributes).map(([name, value]) => ({
        key: { name, type: 'KEYWORD' },
        value,
      })),
      // The job ends in good order although whoever asked for it has ended.
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    });
  } catch (error) {
    throw error instanceof ChildWorkflowFailure ? ownFailureOf(error, call.tool) : jobFailure(error, DEFAULT_POLICY);
  }
}

/** The failure of the tool's job as that of this workflow, whose parent tells it by its type. */
function ownFailureOf({ cause }: ChildWorkflowFailure, tool: string): Error {
  if (cause instanceof CancelledFailure) return cause;
  if (cause instanceof ApplicationFailure)
    return ApplicationFailure.create({
      message: cause.message,
      ...(cause.type && { type: cause.type }),
      nonRetryable: cause.nonRetryable === true,
      details: [...(cause.details ?? [])],
    });
  return fail('broken', `The job of ${tool} was ended by Temporal: its history says why.`, { sideEffect: 'unknown' });
}
