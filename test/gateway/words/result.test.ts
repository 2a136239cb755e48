/** Whether a job that failed may be called for again: what a model is told decides what happens twice. */
import type { CallToolResult } from '@modelcontextprotocol/server';
import type { JobRef } from '../../../gateway/ids';
import { resultOf } from '../../../gateway/words/result';
import type { FailureDetail } from '../../../workflows/contract';
import { dataOf, textOf } from '../../fixtures/stack';

const ref: JobRef = { id: 'job_7k3m9q2x4v8ht5wz', workflowId: 'acme/2h24zh1vhj/job_7k3m9q2x4v8ht5wz' };
const presentation = { content: () => [], structured: () => undefined, continues: false };

/** The answer about a job whose step met an upstream that was not well. */
const unwell = (detail: FailureDetail): CallToolResult =>
  resultOf(
    ref,
    { kind: 'failed', failure: 'unavailable', sentence: 'The bank answered 503.', detail },
    presentation,
    undefined,
  );

test.each<[string, FailureDetail]>([
  ['has touched nothing', { sideEffect: 'none', attempt: 1, of: 1 }],
  ['may be repeated, says its policy', { sideEffect: 'unknown', attempt: 5, of: 5 }],
])('after a step that %s, the same call may succeed later', (_what, detail) => {
  expect(textOf(unwell(detail))).toContain('The same call may succeed later.');
  expect(dataOf(unwell(detail))).toMatchObject({ error: { retryable: true, side_effect: detail.sideEffect } });
});

test.each<[string, FailureDetail]>([
  ['may have done something, in its only attempt', { sideEffect: 'unknown', attempt: 1, of: 1 }],
  ['has done something, in its only attempt', { sideEffect: 'done', attempt: 1, of: 1 }],
  ['may have done something, and of whose attempts nothing is known', { sideEffect: 'unknown' }],
])('after a step that %s, nobody is told to call again, however transient the cause', (_what, detail) => {
  expect(textOf(unwell(detail))).toContain('Do not repeat the call unchanged.');
  expect(dataOf(unwell(detail))).toMatchObject({ error: { retryable: false, side_effect: detail.sideEffect } });
});
