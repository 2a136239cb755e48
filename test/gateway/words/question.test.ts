/** Which questions a client can take, from what it declares. */
import { abilitiesIn } from '../../../gateway/words/question';

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
