/** How fast callers may ask. No Temporal: nothing here comes so far. */
import { pino } from 'pino';
import { startGateway } from '../../../gateway/gateway';
import type { Gateway } from '../../../gateway/gateway';
import { modern, post } from '../../fixtures/raw';
import { configFor, newTenant } from '../../fixtures/stack';

const [alice, bob] = [newTenant(), newTenant()];
const gateways: Gateway[] = [];
async function gatewayWith(keys: typeof alice.keys): Promise<string> {
  const config = configFor('127.0.0.1:1', { keys, rates: { calls: 1, reads: 2 } });
  const gateway = await startGateway(config, [], pino({ level: 'silent' }));
  gateways.push(gateway);
  return gateway.url;
}
afterAll(() => Promise.all(gateways.map((gateway) => gateway.stop())));

const ping = { jsonrpc: '2.0', method: 'ping' };
const call = { jsonrpc: '2.0', method: 'tools/call', params: { name: 'no_such_tool', arguments: {} } };
const batching = { 'mcp-protocol-version': '2025-03-26' };
const statuses = async (url: string, bodies: readonly unknown[], headers: Record<string, string>): Promise<number[]> =>
  (await Promise.all(bodies.map((body) => post(url, body, { ...batching, ...headers })))).map(({ status }) => status);

test('a caller who lists and pings faster than the operator allows is told when to come again', async () => {
  const url = await gatewayWith([...alice.keys, ...bob.keys]);
  const answers = await Promise.all([1, 2, 3, 4, 5].map(() => modern(url, 'tools/list', {}, alice.headers)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 429]);
  const refused = answers.find(({ status }) => status === 429);
  expect(refused?.headers.get('retry-after')).toBe('1');
  expect(refused?.message).toMatchObject({
    id: 1,
    error: {
      message: 'You ask faster than the operator allows (gateway.rates). Nothing was done. Ask again in 1 s.',
      data: { retry_after_s: 1 },
    },
  });
  expect((await modern(url, 'tools/list', {}, bob.headers)).status).toBe(200);
});

test('calls have a rate of their own', async () => {
  const url = await gatewayWith(alice.keys);
  const bodies = [1, 2, 3].map((id) => ({ ...call, id }));
  expect(await statuses(url, bodies, alice.headers)).toEqual([200, 200, 429]);
  expect(await statuses(url, [{ ...ping, id: 4 }], alice.headers)).toEqual([200]);
});

test('each message of a batch counts', async () => {
  const url = await gatewayWith(alice.keys);
  const batch = [1, 2, 3].map((id) => ({ ...ping, id }));
  expect(await statuses(url, [batch, batch], alice.headers)).toEqual([200, 429]);
});

test('the one caller of a gateway without keys is not slowed', async () => {
  const url = await gatewayWith([]);
  expect(new Set(await statuses(url, Array(30).fill({ ...ping, id: 1 }), {}))).toEqual(new Set([200]));
});
