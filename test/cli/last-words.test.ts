/** What is shown of a process that ended before it was ready. */
import { spawnSync } from 'node:child_process';
import { lastSentence } from '../../cli/dev/last-words';

test.each([
  ['a sentence', 'Tool x: that name is taken.\n', 'Tool x: that name is taken.'],
  ['the last of several lines', '{"level":40,"msg":"slow"}\nThe port is taken.\n', 'The port is taken.'],
  ['a sentence before lines of the log', 'The port is taken.\n{"level":30,"msg":"stopped"}\n', 'The port is taken.'],
  ['nothing', '', undefined],
])('of %s the last line is shown', (_what, said, shown) => {
  expect(lastSentence(said)).toBe(shown);
});

test('of an error in an author’s file the place is shown, too', () => {
  const stack = [
    'Error: Not today.',
    '    at Object.<anonymous> (/tools/.holdfast/build/1/steps.js:9:1)',
    '    at read (file:///tools/node_modules/reader/index.js:1:1)',
    '    at /tools/greet/steps.ts:3:7',
    '    at async node:internal/modules/esm/loader:606:24',
  ];
  expect(lastSentence(`${stack.join('\n')}\n\nNode.js v20.20.2\n`)).toBe(
    'Error: Not today. (/tools/greet/steps.ts:3:7).',
  );
});

test('of an error that nobody expected the error is shown, not its stack', () => {
  const crash = ['--eval', 'throw new TypeError("z.strng is not a function")'];
  const { stderr } = spawnSync(process.execPath, crash, { encoding: 'utf8' });
  expect(lastSentence(stderr)).toBe('TypeError: z.strng is not a function');
});
