/** A start that Temporal did not acknowledge: the job may be there all the same. */
import { z } from 'zod';
import { Problem } from '../../../gateway/errors';
import { argsHash, createIds } from '../../../gateway/ids';
import { createCarry } from '../../../gateway/jobs/carried';
import { createStore } from '../../../gateway/jobs/connection';
import type { Store } from '../../../gateway/jobs/connection';
import type { Look } from '../../../gateway/jobs/look';
import { createStarts } from '../../../gateway/jobs/start';
import { newView } from '../../../gateway/jobs/view';
import type { JobView } from '../../../gateway/jobs/view';
import { createCatalogue } from '../../../gateway/tools';
import { DEFAULT_POLICY } from '../../../workflows/contract';
import { defineTool } from '../../../workflows/define-tool';

const [tool] = createCatalogue([
  defineTool({ name: 'walk', description: 'Walks.', input: z.object({}), workflow: 'walk' }),
]).values();
const caller = { tenant: 'acme', subject: 'alice' };
const ids = createIds('x'.repeat(32));
const input = { steps: ['one'] };

/** A store whose RPCs are sent, and whose acknowledgements are lost. */
const nowhere = createStore({ connectionOptions: { address: '127.0.0.1:1' } });
const deaf: Store = { ...nowhere, ask: () => Promise.reject(new Problem('unavailable', { refused: false })) };
afterAll(() => nowhere.connection.close());

async function startWith(look: Look): Promise<JobView> {
  if (!tool) throw new Error('There is no tool.');
  const { start } = createStarts(deaf, look, ids, createCarry({}, ids));
  return start(tool, input, caller, { key: undefined, callback: undefined });
}
const found =
  (hash: string): Look =>
  (ref) =>
    Promise.resolve({ ...newView(ref, 'walk', DEFAULT_POLICY), argsHash: hash });

test('a job that is there was started: the call goes on with it', async () => {
  expect(await startWith(found(argsHash(input)))).toMatchObject({ tool: 'walk', argsHash: argsHash(input) });
});

test.each<[string, Look]>([
  ['that cannot be looked at', () => Promise.reject(new Problem('unavailable', { refused: true }))],
  ['that is not there', ({ id }) => Promise.reject(new Problem('unknown_job', { id }))],
  ['of another call', found('another hash')],
])('with a job %s nobody knows: the caller is told its id, to ask for it later', async (_what, look) => {
  await expect(startWith(look)).rejects.toMatchObject({
    code: 'unavailable',
    facts: { refused: false, id: expect.stringMatching(/^job_/) },
    message: expect.stringMatching(/Whether the call was accepted is not known\. In 2 s ask job_wait/),
  });
});
