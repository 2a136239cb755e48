/** Headers that repeat arguments. No Temporal: nothing here comes so far. */
import { pino } from 'pino';
import { gatewayConfig } from '../../../gateway/config';
import { startGateway } from '../../../gateway/gateway';
import type { Gateway } from '../../../gateway/gateway';
import { CatalogPart, withSchemas } from '../../../config/catalog';
import { modern } from '../../fixtures/raw';

const repeating = (name: string, type: string): object => ({ type, 'x-mcp-header': name });
const { catalog } = withSchemas(
  CatalogPart.parse({
    ship: {
      description: 'Ships.',
      workflow: 'Ship',
      queue: 'orders',
      input: {
        type: 'object',
        properties: {
          city: repeating('City', 'string'),
          weight: repeating('Weight', 'number'),
          to: { type: 'object', properties: { express: repeating('Express', 'boolean') } },
        },
      },
    },
  }),
);
let gateway: Gateway;
beforeAll(async () => {
  const env = {
    HOLDFAST_PORT: '0',
    HOLDFAST_SECRET: 'a secret for the tests, 32 characters or more',
    TEMPORAL_ADDRESS: '127.0.0.1:1',
  };
  gateway = await startGateway({ ...gatewayConfig(env), catalog }, [], pino({ level: 'silent' }));
});
afterAll(() => gateway.stop());

const args = { city: 'Zürich', weight: 2, to: { express: true } };
const encoded = `=?base64?${Buffer.from('Zürich').toString('base64')}?=`;

async function refusalOf(headers: Record<string, string>): Promise<unknown> {
  const { status, message } = await modern(gateway.url, 'tools/call', { name: 'ship', arguments: args }, headers);
  return message.error?.code === -32020 && [status, message.error.message];
}

test.each([
  ['City', 'Bern', 'city'],
  ['City', '=?base64?QmVybg==?=', 'city'],
  ['Weight', '3', 'weight'],
  ['Weight', 'two', 'weight'],
  ['Express', 'false', 'to.express'],
])('one that says something else is refused: %s: %s', async (name, value, argument) => {
  expect(await refusalOf({ [`mcp-param-${name}`]: value })).toEqual([
    400,
    `The header Mcp-Param-${name} does not say what the argument ${argument} says. Read tools/list again, and send what its schema asks for.`,
  ]);
});

test.each([
  ['City', 'Zürich', 'not in ASCII'],
  ['City', `${encoded.slice(0, -4)}!${encoded.slice(-4)}`, 'base64 with another character'],
  ['City', encoded.replaceAll(/=*\?=$/g, '?='), 'base64 that is not padded'],
  ['Weight', '0x2', 'a number that is not decimal'],
])('one that is not written as it has to be is refused: %s: %s, %s', async (name, value) => {
  expect(await refusalOf({ [`mcp-param-${name}`]: value })).toEqual([
    400,
    expect.stringContaining(`Mcp-Param-${name}`),
  ]);
});

test.each([
  ['that say the same', { 'mcp-param-city': encoded, 'mcp-param-weight': '2.0', 'mcp-param-express': 'true' }],
  ['that the tool does not know', { 'mcp-param-region': 'north' }],
  ['that are absent', {}],
])('those %s are no reason to refuse', async (_which, headers) => {
  expect(await refusalOf(headers)).toBe(false);
});
