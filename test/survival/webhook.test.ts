import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TemporalServer } from '../../cli/engine/server';
import { gatewayProcess, killAll, ownTemporal, workerProcess } from '../fixtures/processes';
import { modern } from '../fixtures/raw';
import { WEBHOOK_SECRET, silent, startReceiver, wellBehaved } from '../fixtures/receiver';
import type { Receiver } from '../fixtures/receiver';

let temporal: TemporalServer;
let receiver: Receiver;

beforeAll(async () => {
  temporal = await ownTemporal();
});
afterEach(async () => {
  await killAll();
  await receiver.stop();
});
afterAll(() => temporal.stop());

/** A configuration that lets `receiver` be called back. */
function environment(): Record<string, string> {
  const hosts = `webhooks: { allowed_hosts: ['${receiver.host}'] }`;
  const file = join(mkdtempSync(join(tmpdir(), 'holdfast-config-')), 'holdfast.yaml');
  writeFileSync(file, `gateway: { ${hosts} }\nworker: { ${hosts} }\n`);
  return { HOLDFAST_CONFIG: file, HOLDFAST_WEBHOOK_SECRET: WEBHOOK_SECRET };
}

test.each([
  ['challenges', 1],
  ['tells', 2],
])(
  'a worker killed while it %s the receiver of an ended job costs one attempt, not the callback',
  async (_what, held) => {
    receiver = await startReceiver((message, n) => (n === held ? silent() : wellBehaved(message)));
    const env = environment();
    const [gateway, worker] = await Promise.all([
      gatewayProcess(temporal.address, env),
      workerProcess(temporal.address, env),
    ]);
    const call = { name: 'echo', arguments: { text: 'hi' } };
    const { message } = await modern(gateway.url, 'tools/call', call, { 'holdfast-callback': receiver.url });
    expect(message.result).toMatchObject({ structuredContent: { text: 'hi' } });
    const job = String((message.result?.['_meta'] as Record<string, unknown>)['io.holdfast/job']);

    await receiver.received(held);
    await worker.kill();
    await workerProcess(temporal.address, env);
    await receiver.received(3);
    expect(new Set(receiver.told().map(({ id }) => id))).toEqual(new Set([`msg_${job}`]));
    expect(receiver.told().at(-1)?.body).toMatchObject({ type: 'job.done', data: { job_id: job, tool: 'echo' } });
  },
  120_000,
);
