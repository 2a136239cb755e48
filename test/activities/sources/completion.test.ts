/** The text of a model's answer, in the forms that servers give it, and whether it is all of it. */
import { completionIn } from '../../../activities/sources/completion';
import { withoutThoughts } from '../../../activities/sources/thoughts';

const answer = (content: unknown, more: object = {}) =>
  completionIn(
    JSON.stringify({ choices: [{ message: { role: 'assistant', content }, finish_reason: 'stop', ...more }] }),
  );

test.each([
  ['thoughts', '<think>\n{"queries":["no"]}\n</think>\n\nyes', 'yes'],
  ['thoughts that had no beginning', 'First I think.\n</think>\n\nyes', 'yes'],
  ['thoughts that end behind a word', 'First I think.</think>\nyes', 'yes'],
  ['thoughts that never end', 'yes\n<think>\nfor ever', 'yes'],
  ['thoughts in thoughts', '<thinking>a <thinking>b</thinking> c</thinking>yes', 'yes'],
  ['thoughts in between', '<think>a</think>yes\n<think>b</think>and no', 'yes\nand no'],
  ['other brackets', '[THINK]a[/THINK]yes', 'yes'],
  ['other marks', '◁think▷a◁/think▷yes', 'yes'],
  ['marks in words', '<|begin_of_thought|>a<|end_of_thought|>\n<|begin_of_solution|>yes<|end_of_solution|>', 'yes'],
  ['a prefix', '<thinking>a</thinking>yes', 'yes'],
  [
    'channels',
    '<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>yes<|return|>',
    'yes',
  ],
  ['a folded part', '<details type="reasoning" done="true">a</details>\nyes', 'yes'],
  ['marks of the end', 'yes<|im_end|></s>', 'yes'],
  ['an element around all', '<think>a</think><answer>yes</answer>', 'yes'],
  [
    'marks that are spoken of',
    'Models put <think> and </think> around thoughts, as `<think>`.',
    'Models put <think> and </think> around thoughts, as `<think>`.',
  ],
  ['marks in code', 'See:\n```\n<think>\na\n</think>\n```\nyes', 'See:\n```\n<think>\na\n</think>\n```\nyes'],
])('of an answer with %s the rest is left', (_what, given, left) => {
  expect(withoutThoughts(given)).toBe(left);
});

test.each([
  ['text', 'yes'],
  ['parts', [{ type: 'thinking', thinking: 'no' }, { type: 'text', text: 'y' }, 'es']],
  [
    'parts of another name',
    [
      { type: 'reasoning', text: 'no' },
      { type: 'output_text', text: 'yes' },
    ],
  ],
])('content as %s is read', (_what, content) => {
  expect(answer(content)).toEqual({ text: 'yes' });
});

test('reasoning beside the content is not read', () => {
  expect(answer('yes', { message: { content: 'yes', reasoning_content: 'no', reasoning: 'no' } })).toEqual({
    text: 'yes',
  });
});

test.each([
  ['length', 'broken off at the longest'],
  ['MAX_TOKENS', 'broken off at the longest'],
  ['content_filter', 'held back in part by a filter'],
  ['SAFETY', 'held back in part by a filter'],
  ['tool_calls', 'a reason that is not known'],
  ['insufficient_system_resource', 'a reason that is not known'],
])('an answer that ends with %s is not complete, and says so', (finish_reason, lack) => {
  expect(answer('yes', { finish_reason })).toEqual({ text: 'yes', lack: expect.stringContaining(lack) });
});

test.each(['stop', '', 'STOP', 'end_turn', 'eos', null, undefined])(
  'an answer that ends with %s is complete',
  (finish_reason) => {
    expect(answer('yes', { finish_reason })).toEqual({ text: 'yes' });
  },
);

test('an answer that is too long is cut, and says so', () => {
  const { text, lack } = answer('x'.repeat(60_001)) ?? {};
  expect([text?.length, lack]).toEqual([60_000, expect.stringContaining('was cut')]);
});

const chunk = (content: string, more: object = {}) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, ...more }] })}`;
test('a stream is read as one answer', () => {
  const stream = [
    ': PROCESSING',
    chunk('<think>a</th'),
    chunk('ink>y'),
    chunk('es', { finish_reason: 'stop' }),
    'data: {"choices":[],"usage":{}}',
    'data: [DONE]',
    '',
  ];
  expect(completionIn(stream.join('\n\n'), 'text/event-stream')).toEqual({ text: 'yes' });
  expect(completionIn(stream.join('\r\n\r\n'))).toEqual({ text: 'yes' });
});

test.each([
  ['before its end', `${chunk('yes')}\n\n`],
  ['in the midst of an event', `${chunk('yes')}\n\ndata: {"choices":[{"del`],
])('a stream that breaks off %s says so', (_where, stream) => {
  expect(completionIn(stream, 'text/event-stream')).toEqual({
    text: 'yes',
    lack: expect.stringContaining('broke off'),
  });
});

test.each([
  ['an error in place of an answer', JSON.stringify({ error: { code: 502, message: 'x' } }), 'error'],
  ['an error in a stream', `${chunk('ye')}\n\ndata: {"error":{"message":"x"}}\n\n`, 'error'],
  ['a refusal', JSON.stringify({ choices: [{ message: { content: null, refusal: 'no' } }] }), 'declined'],
])('%s is none', (_what, body, failed) => {
  expect(completionIn(body)).toMatchObject({ failed });
});

test.each(['{}', '{"choices":[]}', '[]', '"yes"', '{"choices":[{"message":{"content":{}}}]}'])(
  '"%s" is no answer',
  (body) => {
    expect(completionIn(body)).toBeUndefined();
  },
);
