/** The answer of an upstream in the words of the protocol, whatever the upstream takes for its words. */
import type { JobRef } from '../../../gateway/ids';
import { answerSchemaOf } from '../../../gateway/schemas';
import { relayedAnswer } from '../../../gateway/words/relayed';
import type { Given } from '../../../workflows/upstream-contract';

const ref: JobRef = { id: 'job_7k3m9q2x4v8ht5wz', workflowId: 'acme/2h24zh1vhj/job_7k3m9q2x4v8ht5wz' };
const answerTo = (result: Given) => relayedAnswer(ref, { kind: 'relayed', result } as never, {});

test.each<[string, unknown]>([
  ['a kind that MCP does not have', { type: 'hologram', data: 1 }],
  ['a text without its text', { type: 'text' }],
  ['a picture that is no base64', { type: 'image', data: '*', mimeType: 'image/png' }],
  ['no block at all', null],
])('a block of %s is given as its JSON, and what stands beside it as it came', (_what, block) => {
  const good = { type: 'text', text: 'good', annotations: { audience: ['user'] }, 'x-own': 1 };
  const [odd, kept] = answerTo({ content: [block, good] }).content;
  expect(odd?.type === 'text' && (JSON.parse(odd.text) as unknown)).toEqual(block);
  expect(kept).toEqual(good);
});

test.each([[[1, 2, 3]], [42], [false], [null], ['text'], [{ a: 1 }]])(
  'data that is %j comes through, and in words where there are none',
  (data) => {
    const answer = answerTo({ content: [], structuredContent: data });
    expect(answer.structuredContent).toEqual(data);
    expect(answer.content).toEqual([{ type: 'text', text: JSON.stringify(data, null, 2) }]);
  },
);

test.each<[Given, unknown]>([
  [{ content: 'text' }, 'text'],
  [{ content: { type: 'table' } }, { type: 'table' }],
  [{ toolResult: [1], _meta: {} }, { toolResult: [1] }],
])('an answer without a list of blocks is given as its JSON: %j', (result, words) => {
  const [block] = answerTo(result).content;
  expect(block?.type === 'text' && (JSON.parse(block.text) as unknown)).toEqual(words);
});

test('an answer without data has none', () => {
  expect(answerTo({ content: [{ type: 'text', text: 'done' }] })).not.toHaveProperty('structuredContent');
});

test('the schema of an output that is no object promises no object', () => {
  const array = { type: 'array', items: { type: 'number' } };
  expect(answerSchemaOf(array)).toMatchObject({ anyOf: [array, { title: 'JobState' }] });
  expect(answerSchemaOf(array)).not.toHaveProperty('type');
  expect(answerSchemaOf({ type: 'object' })).toHaveProperty('type', 'object');
});
