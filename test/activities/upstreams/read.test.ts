/** What is read directly, beside the calls of tools. */
import type { ReadRequest } from '../../../workflows/upstream-contract';
import { closeAll, scripted } from './world';

afterEach(closeAll);

test('a server that completes nothing has nothing to choose from', async () => {
  const { upstream } = scripted();
  const asked: ReadRequest = { upstream: 'up', method: 'completion/complete', params: { ref: {}, argument: {} } };
  expect(await upstream.read(asked, new AbortController().signal)).toEqual({ completion: { values: [] } });
});
