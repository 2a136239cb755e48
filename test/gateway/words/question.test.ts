/** Which questions a client can take, from what it declares; and what its responses mean. */
import { abilitiesIn, answerIn } from '../../../gateway/words/question';

test.each<[string, unknown, string[]]>([
  ['nothing', {}, []],
  ['elicitation, as before there were modes', { elicitation: {} }, ['elicitation']],
  ['elicitation by form', { elicitation: { form: {} } }, ['elicitation']],
  ['elicitation by form and by address', { elicitation: { form: {}, url: {} } }, ['elicitation']],
  ['elicitation by address alone, which shows no form', { elicitation: { url: {} } }, []],
  ['its model and its roots', { sampling: {}, roots: { listChanged: true } }, ['sampling', 'roots']],
  ['what is no object', 'elicitation', []],
])('a client that declares %s', (_what, capabilities, abilities) => {
  expect(abilitiesIn(capabilities)).toEqual(abilities);
});

const form = { key: 'q1', message: 'Who?', schema: {}, expiresAt: '2999-01-01T00:00:00Z' };

test.each(['decline', 'cancel'])('a response that says %s is that, whatever comes with it', (action) => {
  for (const content of [undefined, null, {}, { name: 'Ada' }, 'no', []])
    expect(answerIn(form, { action, content })).toEqual({ key: 'q1', action });
});

test('an acceptance without content, or with null for it, has an empty one', () => {
  for (const response of [{ action: 'accept' }, { action: 'accept', content: null }])
    expect(answerIn(form, response)).toEqual({ key: 'q1', action: 'accept', content: {} });
});

test.each([
  null,
  'yes',
  {},
  { action: 'maybe' },
  { action: 'accept', content: 'Ada' },
  { action: 'accept', content: [] },
])('%j is no answer', (response) => expect(answerIn(form, response)).toBeUndefined());
