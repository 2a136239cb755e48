/** `holdfast upstreams`: how they are, what is held back, and what lets it count. */
import { Client, Connection } from '@temporalio/client';
import { upstreams } from '../../cli/upstreams';
import type { Gateway } from '../../gateway/gateway';
import { SIGNAL_REFRESH, listingId } from '../../workflows/upstream-contract';
import { eventually } from '../fixtures/eventually';
import { run, startTestGateway } from '../fixtures/stack';
import type { TestWorker } from '../fixtures/stack';
import { createSite } from '../fixtures/upstream-site';

const site = createSite();
const ECHO = { name: 'echo', description: 'Says it again.', inputSchema: { type: 'object' } };
site.tools = [ECHO, { ...ECHO, name: 'old' }];
const settings = { [site.name]: site.settings({ on_change: 'hold' }) };

let worker: TestWorker;
let gateway: Gateway;
let temporal: Client;

/** What the command says, and what it returns. */
async function told(name?: string, accept = false): Promise<{ readonly code: number; readonly lines: string[] }> {
  const lines: string[] = [];
  const at = { connectionOptions: { address: run().address }, namespace: 'default' };
  const code = await upstreams(at, settings, { name, accept }, (line) => lines.push(line));
  return { code, lines };
}

const toldOnce = (words: RegExp): Promise<{ readonly code: number; readonly lines: string[] }> =>
  eventually(`a line that says ${String(words)}`, async () => {
    const said = await told();
    return said.lines.some((line) => words.test(line)) && said;
  });

beforeAll(async () => {
  temporal = new Client({ connection: await Connection.connect({ address: run().address }) });
  [worker, gateway] = await Promise.all([site.start(), startTestGateway({ upstreams: settings })]);
});
afterAll(async () => {
  await Promise.all([gateway.stop(), worker.stop()]);
  await temporal.workflow.getHandle(listingId(site.name)).terminate();
  await temporal.connection.close();
});

test('one that nobody keeps has not been listed', async () => {
  const { code, lines } = await told('nobody');
  expect([code, lines]).toEqual([1, [expect.stringContaining('✗ nobody  not listed yet')]]);
});

test('one that is connected says since when, and how many tools it has', async () => {
  const { code, lines } = await toldOnce(/connected/);
  expect([code, lines]).toEqual([0, [expect.stringMatching(/^✓ .* connected since \d{4}-.*, 2 tools$/)]]);
  expect(await told(site.name, true)).toMatchObject({
    code: 1,
    lines: expect.arrayContaining([`Nothing of ${site.name} is held back.`]),
  });
});

test('what is held back is shown member by member, and counts once it is accepted', async () => {
  site.tools = [
    { ...ECHO, description: 'Says it to others.' },
    { ...ECHO, name: 'new' },
  ];
  await temporal.workflow.getHandle(listingId(site.name)).signal(SIGNAL_REFRESH);
  const { lines } = await toldOnce(/held back/);
  expect(lines.slice(1)).toEqual([
    '    ~ echo.description: "Says it again." → "Says it to others."',
    '    - old',
    '    + new: "Says it again."',
  ]);
  expect(await told(site.name, true)).toMatchObject({
    code: 0,
    lines: expect.arrayContaining([expect.stringContaining('Accepted')]),
  });
  await toldOnce(/^✓ .*, 2 tools$/);
});

test('one that fails says why, and what callers are offered', async () => {
  site.down = 'The server is away.';
  await temporal.workflow.getHandle(listingId(site.name)).signal(SIGNAL_REFRESH);
  const { code, lines } = await toldOnce(/failed/);
  expect([code, lines]).toEqual([
    1,
    [expect.stringMatching(/^✗ .* failed since .*: The server is away\. Callers are offered the 2 tools/)],
  ]);
});
