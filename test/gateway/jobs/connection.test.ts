import { setTimeout as pause } from 'node:timers/promises';
import { createStore } from '../../../gateway/jobs/connection';

it('answers what is under way, at whatever moment of its retries the connection is closed', async () => {
  const moments = Array.from({ length: 30 }, (_, n) => n * 10);
  const asked = moments.map(async (ms) => {
    const store = createStore({ connectionOptions: { address: '127.0.0.1:1' }, namespace: 'default' });
    const answer = store.ask(() => store.connection.workflowService.getSystemInfo({})).catch((error: unknown) => error);
    await pause(ms);
    await store.close();
    return answer;
  });
  expect(await Promise.all(asked)).toMatchObject(moments.map(() => ({ code: 'unavailable' })));
});
