/** Log lines that an operator and a program can read: levels as words, and errors told whole but for what is not ours to tell. */
import { ApplicationFailure } from '@temporalio/common';
import { createLog } from '../../config/log';

function lineOf(write: (log: ReturnType<typeof createLog>) => void, level?: 'debug' | 'warn'): Record<string, unknown> {
  const lines: string[] = [];
  write(createLog('test', level, { write: (line) => void lines.push(line) }));
  return JSON.parse(lines[0] ?? '{}') as Record<string, unknown>;
}

test('a level is a word, and a time is one that people read', () => {
  const line = lineOf((log) => log.warn('watch out'));
  expect(line).toMatchObject({ level: 'warn', name: 'test', msg: 'watch out' });
  expect(line['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test.each(['err', 'error', 'reason'])('an error is told with its message and stack, under the name %s, too', (name) => {
  const error = new TypeError('This is no number.', { cause: new Error('The bottom of it.') });
  expect(lineOf((log) => log.error({ [name]: error }, 'failed'))[name]).toMatchObject({
    type: 'TypeError',
    message: 'This is no number.',
    stack: expect.stringMatching(/^TypeError: This is no number\.\n +at /),
    cause: { type: 'Error', message: 'The bottom of it.' },
  });
});

test('of a failed RPC nothing is told that was sent', () => {
  const error = Object.assign(new Error('14 UNAVAILABLE'), {
    code: 14,
    metadata: { authorization: ['Bearer canary'] },
  });
  const line = lineOf((log) => log.error({ error }, 'failed'));
  expect(line['error']).toMatchObject({ message: '14 UNAVAILABLE', code: 14 });
  expect(JSON.stringify(line)).not.toContain('canary');
});

test('a failure that was foreseen is told by its kind: its sentence may quote the arguments', () => {
  const error = ApplicationFailure.create({
    type: 'refused',
    message: 'There is no page canary.',
    details: ['canary'],
    cause: new Error('getaddrinfo ENOTFOUND canary.example'),
  });
  const line = lineOf((log) => log.warn({ error }, 'step failed'));
  expect(line['error']).toMatchObject({ type: 'ApplicationFailure', kind: 'refused' });
  expect(JSON.stringify(line)).not.toContain('canary');
  // As it comes from the thread that workflows run in.
  const cloned = structuredClone(error);
  expect(JSON.stringify(lineOf((log) => log.warn({ error: cloned }, 'Workflow failed')))).not.toContain('canary');
});
