/** A worker tries again and again what fails: a person is told once. */
import { EventEmitter } from 'node:events';
import { watchStuck } from '../../cli/dev/stuck';

test('each job that a worker cannot go on with is said once', () => {
  const [child, said] = [new EventEmitter(), [] as string[]];
  watchStuck(child, (line) => said.push(line));
  for (const stuck of ['cannot go on with job_1', 'cannot go on with job_1', 'cannot go on with job_2'])
    child.emit('message', { stuck });
  child.emit('message', { alive: true });
  expect(said).toEqual(['cannot go on with job_1', 'cannot go on with job_2']);
});
