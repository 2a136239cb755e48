/** Whether a job that failed may be called for again: what a model is told decides what happens twice. */
import type { CallToolResult } from '@modelcontextprotocol/server';
import type { JobRef } from '../../../gateway/ids';
import { resultOf } from '../../../gateway/words/result';
import type { Asked } from '../../../gateway/words/result';
import type { FailureDetail } from '../../../workflows/contract';
import { dataOf, textOf } from '../../fixtures/stack';

const ref: JobRef = { id: 'job_7k3m9q2x4v8ht5wz', workflowId: 'acme/2h24zh1vhj/job_7k3m9q2x4v8ht5wz' };
const presentation = { content: () => [], structured: () => undefined, continues: false };

/** The answer about a job whose step met an upstream that was not well. */
const unwell = (detail: FailureDetail, asked?: Asked): CallToolResult =>
  resultOf(
    ref,
    { kind: 'failed', failure: 'unavailable', sentence: 'The bank answered 503.', detail },
    { ...presentation, asked },
    undefined,
  );

test.each<[string, FailureDetail]>([
  ['has touched nothing', { sideEffect: 'none', attempt: 1, of: 1 }],
  ['may be repeated, says its policy', { sideEffect: 'unknown', attempt: 5, of: 5 }],
])('after a step that %s, the same call may succeed later', (_what, detail) => {
  expect(textOf(unwell(detail))).toContain('The same call may succeed later');
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

test.each([
  ['invalid_input', false],
  ['unavailable', true],
] as const)('after %s, going on from what was found is offered: %s', (failure, offered) => {
  const detail: FailureDetail = { sideEffect: 'none', attempt: 1, of: 1 };
  const outcome = { kind: 'failed', failure, sentence: 'It failed.', detail } as const;
  const told = resultOf(ref, outcome, { ...presentation, continues: true }, undefined, { hits: [] });
  expect([textOf(told).includes('job_continue'), 'next' in dataOf(told)]).toEqual([offered, offered]);
});

describe('which key the call needs when it is made again', () => {
  const keyed: Asked = { keyed: true, replayed: false };
  const nothing: FailureDetail = { sideEffect: 'none', attempt: 5, of: 5 };
  const something: FailureDetail = { sideEffect: 'unknown', attempt: 5, of: 5 };
  const once: FailureDetail = { sideEffect: 'unknown', attempt: 1, of: 1 };

  test.each<[string, FailureDetail, Asked | undefined, string, string]>([
    ['the same, after nothing has happened', nothing, keyed, 'later, with the same idempotency key.', 'same'],
    ['a new one, after something may have happened', something, keyed, 'later, with a new idempotency key.', 'new'],
    ['a new one, where the same call must not come again', once, keyed, 'use a new idempotency key.', 'new'],
    ['a new one if any, where that is not known', something, undefined, 'a new idempotency key if it had one.', 'new'],
    ['the same if any, where that is not known', nothing, undefined, 'may succeed later.', 'same'],
    ['none, for a call without', something, { keyed: false, replayed: false }, 'may succeed later.', 'new'],
  ])('%s', (_what, detail, asked, words, idempotency_key) => {
    const told = unwell(detail, asked);
    expect(textOf(told).endsWith(words)).toBe(true);
    expect(dataOf(told)).toMatchObject({ error: { idempotency_key } });
  });

  test('a new one after a cancellation', () => {
    const told = resultOf(ref, { kind: 'cancelled' }, { ...presentation, asked: keyed }, undefined);
    expect(textOf(told)).toBe(`Job ${ref.id} was cancelled. To call again, use a new idempotency key.`);
  });
});

test('an answer that was given to an earlier call says so', () => {
  const told = unwell({ sideEffect: 'unknown' }, { keyed: true, replayed: true });
  expect(textOf(told)).toMatch(/^This was the answer to an earlier call with the same idempotency key\. Job /);
  expect(told._meta).toMatchObject({ 'io.holdfast/replayed': true });
});
