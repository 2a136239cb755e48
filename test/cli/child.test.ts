/** What is shown of a process that ended before it was ready. */
import { spawnSync } from 'node:child_process';
import { lastSentence } from '../../cli/dev/child';

test.each([
  ['a sentence', 'Tool x: that name is taken.\n', 'Tool x: that name is taken.'],
  ['the last of several lines', '{"level":40,"msg":"slow"}\nThe port is taken.\n', 'The port is taken.'],
  ['nothing', '', undefined],
])('of %s the last line is shown', (_what, said, shown) => {
  expect(lastSentence(said)).toBe(shown);
});

test('of an error that nobody expected the error is shown, not its stack', () => {
  const crash = ['--eval', 'throw new TypeError("z.strng is not a function")'];
  const { stderr } = spawnSync(process.execPath, crash, { encoding: 'utf8' });
  expect(lastSentence(stderr)).toBe('TypeError: z.strng is not a function');
});
