/** The steps that a workflow asks for are read from its source, with their lines. */
import { stepsAskedFor } from '../../project/scan';

test.each([
  ['in braces', 'const { look, write: put } = job.steps();', ['look', 'write']],
  ['from a variable', 'const steps = job.steps({ attempts: 1 });\nsteps.look();', ['look']],
  ['at once', 'await job.steps().look({});', ['look']],
])('asked for %s', (_how, source, steps) => {
  expect(stepsAskedFor(source).map(({ step }) => step)).toEqual(steps);
});

test('the line is that of the use', () => {
  expect(stepsAskedFor('// one\nconst steps = job.steps();\n\nreturn steps.look();')).toEqual([
    { step: 'look', line: 4 },
  ]);
});

test('what stands in a comment is asked for by nobody', () => {
  expect(stepsAskedFor('/* const { look } = job.steps(); */ // job.steps().look()')).toEqual([]);
});
