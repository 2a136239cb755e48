/** The JSON Schema of holdfast.yaml, for editors. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromJsonSchema } from '@modelcontextprotocol/server';
import { parse } from 'yaml';
import { packageRoot } from '../../cli/root';
import { configurationSchema, namesAt } from '../../config/schema';

const published = JSON.parse(readFileSync(join(packageRoot(), 'holdfast.schema.json'), 'utf8')) as object;

test('the published one is current: npm run schema writes it anew', () => {
  expect(published).toEqual(configurationSchema());
});

const { $schema: _draft, ...schema } = published as { $schema: string };
const check = fromJsonSchema(schema);
const isValid = async (yaml: string): Promise<boolean> =>
  (await check['~standard'].validate(parse(yaml))).issues === undefined;

test('an editor takes the example configuration', async () => {
  expect(await isValid(readFileSync(join(packageRoot(), 'holdfast.yaml'), 'utf8'))).toBe(true);
});

test.each([
  ['upstreams: { a: { command: x }, b: { url: "https://b" }, c: { openapi: c.yaml } }', true],
  ['mcpServers: { a: { command: x, whatever: 1 } }', true],
  ['upstreams: { a: { args: [] } }', false],
  ['upstreams: { a: { command: x, comand: y } }', false],
  ['upstreams: { a: { command: x, policy: { approval: maybe } } }', false],
  ['gateway: { prot: 1 }', false],
])('an editor on %j: right is %s', async (yaml, right) => {
  expect(await isValid(yaml)).toBe(right);
});

test('settings have their descriptions', () => {
  expect(published).toMatchObject({
    properties: {
      gateway: { anyOf: [{ properties: { patience: { description: expect.stringContaining('Seconds') } } }, {}] },
    },
  });
});

test('the names that may stand in a setting are found, in lists, maps and alternatives', () => {
  expect(namesAt(['gateway', 'keys', 0])).toContain('sha256');
  expect(namesAt(['upstreams', 'x'])).toEqual(expect.arrayContaining(['command', 'url', 'openapi']));
  expect(namesAt(['upstreams', 'x', 'tools', '*'])).toContain('approval');
  expect(namesAt(['nowhere'])).toEqual([]);
});
