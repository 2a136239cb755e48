/** Our words for how far Temporal says that a job is. */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { MEMO_QUESTIONS } from '../../workflows/contract';
import { Memo } from './memo';

export type Status = 'running' | 'input_required' | 'done' | 'failed' | 'cancelled';

/**
 * Our word for Temporal's WorkflowExecutionStatus.
 *
 * @param told - whether the job was told to stop: one that was, and had to be terminated, counts as cancelled
 */
export function statusOf(
  name: WorkflowExecutionDescription['status']['name'],
  told: boolean,
): Exclude<Status, 'input_required'> {
  switch (name) {
    case 'COMPLETED':
      return 'done';
    case 'CANCELLED':
      return 'cancelled';
    case 'TERMINATED':
      return told ? 'cancelled' : 'failed';
    case 'FAILED':
    case 'TIMED_OUT':
      return 'failed';
    default:
      return 'running';
  }
}

/** What a list tells of a job: there is no decision pending in it, and its memo may be a moment old. */
export function statusIn({ status, memo }: Pick<WorkflowExecutionDescription, 'status' | 'memo'>): Status {
  const now = statusOf(status.name, false);
  return now === 'running' && Memo.parse(memo ?? {})[MEMO_QUESTIONS].length > 0 ? 'input_required' : now;
}

/** Whether somebody asked the job to stop, whatever came of it. */
export function wasToldToStop({ workflowExtendedInfo }: WorkflowExecutionDescription['raw']): boolean {
  return workflowExtendedInfo?.cancelRequested === true;
}
