/** What a supervisor shows of a job that its workflow code keeps from going on. */
import { stuckLine } from '../../worker/stuck';

/** An error with this stack behind its message. */
function thrown(message: string, ...places: readonly string[]): Error {
  const error = new TypeError(message);
  error.stack = [`/code/1.js:5\n^\n\nTypeError: ${message}`, ...places.map((place) => `    at ${place}`)].join('\n');
  return error;
}

test('it has the error, and the first place in a source of the author’s', () => {
  const places = [
    'null:null:null',
    'job (node_modules/holdfast/workflow.js:1:2)',
    'work (tools/greet/workflow.ts:7:34)',
  ];
  expect(stuckLine('job_1', thrown('x is undefined', ...places))).toMatch(
    /^cannot go on with job_1: TypeError: x is undefined \(tools\/greet\/workflow\.ts:7:34\)\. .*cancel the job/,
  );
});

test('an error of a stranger’s words is one short line', () => {
  const line = stuckLine('job_1', thrown(`\u001b[2J\n${'x'.repeat(10_000)}`));
  expect(line).not.toMatch(/\p{C}/u);
  expect(line.length).toBeLessThan(500);
});

test('where nothing is known of the error it says where to look', () => {
  expect(stuckLine('job_1', undefined)).toContain('the log of the worker tells how');
});
