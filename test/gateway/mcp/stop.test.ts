/** How subscriptions to lists end with the gateway. No Temporal: nothing here comes so far. */
import { pino } from 'pino';
import { gatewayConfig } from '../../../gateway/config';
import { startGateway } from '../../../gateway/gateway';
import { modernHeaders, modernMeta, stream } from '../../fixtures/raw';

test('a subscription to a list ends with its result when the gateway stops, and holds up nobody', async () => {
  const env = {
    HOLDFAST_PORT: '0',
    HOLDFAST_SECRET: 'a secret for the tests, 32 characters or more',
    TEMPORAL_ADDRESS: '127.0.0.1:1',
  };
  const gateway = await startGateway(gatewayConfig(env), [], pino({ level: 'silent' }));
  const method = 'subscriptions/listen';
  const params = { notifications: { toolsListChanged: true }, _meta: modernMeta({}) };
  const { messages } = await stream(gateway.url, { id: 'lists', method, params }, modernHeaders(method));
  await messages.next(); // that it is acknowledged
  const stopped = gateway.stop();
  expect((await messages.next()).value).toMatchObject({
    id: 'lists',
    result: { resultType: 'complete', _meta: { 'io.modelcontextprotocol/subscriptionId': 'lists' } },
  });
  expect((await messages.next()).done).toBe(true);
  await stopped;
});
