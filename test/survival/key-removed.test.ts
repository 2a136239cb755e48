/** What is open with a key ends when the key is taken out of the file of a gateway that runs. The gateway is the real one, with its signals. */
import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TemporalServer } from '../../cli/engine/server';
import { killAll, ownTemporal, realGatewayProcess } from '../fixtures/processes';
import type { TestProcess } from '../fixtures/processes';
import { modern, modernHeaders, modernMeta, stream } from '../fixtures/raw';
import type { StreamMessage } from '../fixtures/raw';

/** Well under the patience of the waits: they do not end by themselves in that time. */
const SECONDS_MS = 5_000;
const WAIT_S = 10;

const file = join(mkdtempSync(join(tmpdir(), 'holdfast-removed-')), 'holdfast.yaml');
const as = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });
function write(...subjects: readonly string[]): void {
  const sha256 = (key: string): string => createHash('sha256').update(key).digest('hex');
  const keys = subjects.map((subject) => ({ sha256: sha256(subject), tenant: 'acme', subject }));
  writeFileSync(file, JSON.stringify({ gateway: { keys } }));
}

let temporal: TemporalServer;
let gateway: TestProcess;

beforeAll(async () => {
  temporal = await ownTemporal();
  write('alice', 'bob');
  gateway = await realGatewayProcess(temporal.address, { HOLDFAST_CONFIG: file });
});
afterAll(async () => {
  await killAll();
  await temporal.stop();
});

/** A job that waits for a worker which never comes; a wait for it, and a subscription to it, that are open. */
async function openWith(key: string) {
  const call = { name: 'analyze_repository', arguments: { url: 'https://git.example/x' } };
  const begun = await modern(gateway.url, 'tools/call', call, { ...as(key), 'holdfast-patience': '0.3' });
  const { job_id } = begun.message.result?.['structuredContent'] as { job_id: string };
  const { messages } = await stream(
    gateway.url,
    {
      id: 2,
      method: 'subscriptions/listen',
      params: {
        notifications: { taskIds: [job_id] },
        _meta: modernMeta({ extensions: { 'io.modelcontextprotocol/tasks': {} } }),
      },
    },
    { ...modernHeaders('subscriptions/listen'), ...as(key) },
  );
  await messages.next();
  const args = { job_ids: [job_id], timeout_s: WAIT_S };
  const waiting = modern(gateway.url, 'tools/call', { name: 'job_wait', arguments: args }, as(key));
  return {
    /** What comes of the wait: the status of its answer, or that it was cut off. */
    waited: waiting.then(
      ({ status }) => status,
      () => 'cut off',
    ),
    /** What comes of the subscription, when it is over. */
    listened: over(messages),
  };
}

const over = async (messages: AsyncIterable<StreamMessage>): Promise<string> => {
  try {
    for await (const message of messages) if (message.result) return 'complete';
    return 'ended';
  } catch {
    return 'cut off';
  }
};

test('on SIGHUP the wait and the subscription of a key that is gone end within seconds, and those of others go on', async () => {
  const [gone, stays] = [await openWith('alice'), await openWith('bob')];
  const still = Symbol('still open');
  const now = <T>(open: Promise<T>): Promise<T | symbol> => Promise.race([open, Promise.resolve(still)]);
  expect(await Promise.all([gone.waited, gone.listened, stays.waited, stays.listened].map(now))).toEqual(
    Array(4).fill(still),
  );
  write('bob');
  const told = performance.now();
  process.kill(gateway.pid, 'SIGHUP');
  expect(await Promise.all([gone.waited, gone.listened])).toEqual(['cut off', 'cut off']);
  expect(performance.now() - told).toBeLessThan(SECONDS_MS);
  expect(await Promise.all([stays.waited, stays.listened].map(now))).toEqual([still, still]);
  expect(await stays.waited).toBe(200);
  expect(await now(stays.listened)).toBe(still);
  expect((await modern(gateway.url, 'tools/list', {}, as('alice'))).status).toBe(401);
});
