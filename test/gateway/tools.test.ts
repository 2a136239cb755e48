import { z } from 'zod';
import { createCatalogue } from '../../gateway/tools';
import { defineTool } from '../../workflows/define-tool';

const plain = { description: 'Does something.', input: z.object({}), workflow: 'walk' };

test.each([
  ['a name that leaves no room for its handle tools', { name: 'x'.repeat(58), handles: 'own' }, /57 characters/],
  ['a queue that no worker can poll', { name: 'walk', policy: { queue: 'Browsers' } }, /worker\.queues/],
  ['a name of the handle tools', { name: 'job_walk' }, /belong to the handle tools/],
] as const)('%s is refused at start', (_what, definition, sentence) => {
  expect(() => createCatalogue([defineTool({ ...plain, ...definition })])).toThrow(sentence);
});
