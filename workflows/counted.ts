/** Counts jobs as they end, for the metrics of the worker: each once, and also those that nobody waits for. */
import { metricMeter, workflowInfo } from '@temporalio/workflow';
import type { Notice } from './contract';
import { jobMemo } from './memo';

/** To be called when a job ends. It leaves nothing in the history. */
export function countEnd(outcome: Notice['status']): void {
  const { workflowType, startTime } = workflowInfo();
  const { tool = workflowType, at, begins = at } = jobMemo();
  const begun = begins === undefined ? startTime.getTime() : Date.parse(begins);
  metricMeter.createCounter('holdfast_jobs', undefined, 'Jobs that ended.').add(1, { tool, outcome });
  metricMeter
    .createHistogram('holdfast_job_seconds', 'float', 's', 'Time from when a job could begin to its end.')
    .record(Math.max(0, Date.now() - begun) / 1_000, { tool });
}
