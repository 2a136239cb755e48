/** Definitions of upstreams that are not of MCP's form: what becomes of them, and of those beside them. */
import { specTypeSchemas as ofClients } from '@modelcontextprotocol/client';
import { specTypeSchemas as ofServers } from '@modelcontextprotocol/server';
import { understood } from '../../../gateway/upstreams/understood';
import type { Given, Listing } from '../../../workflows/upstream-contract';

const EMPTY: Listing = {
  tools: [],
  resources: [],
  resourceTemplates: [],
  prompts: [],
  digest: 'd',
  at: '2026-11-27T00:00:00.000Z',
  left: [],
};
const ok = { type: 'object' };
const tool = (definition: Given) => ({ name: String(definition['name']), definition, digest: 'd' });

describe.each([
  ['gateways', ofServers],
  ['workers', ofClients],
])('by the forms that %s have', (_who, forms) => {
  test('a definition of MCP’s form is what it was, in its order, with what MCP does not know', () => {
    const given = { 'x-own': null, name: 'sum', outputSchema: { type: 'array' }, inputSchema: ok, _meta: { a: null } };
    const { tools, left } = understood({ ...EMPTY, tools: [tool(given)] }, forms);
    expect(tools[0]?.definition).toBe(given);
    expect(left).toEqual([]);
  });

  test.each<[string, Given]>([
    ['description', { description: 5 }],
    ['title', { title: null }],
    ['annotations', { annotations: { readOnlyHint: 'yes' } }],
    ['icons', { icons: 5 }],
    ['_meta', { _meta: [1] }],
    ['outputSchema', { outputSchema: 'x' }],
    ['inputSchema', { inputSchema: null }],
  ])('a tool whose %s is of another form is offered without it, and the operator is told', (member, odd) => {
    const { tools, left } = understood({ ...EMPTY, tools: [tool({ name: 'sum', inputSchema: ok, ...odd })] }, forms);
    expect(tools).toHaveLength(1);
    expect(tools[0]?.definition).not.toHaveProperty(member);
    expect(left).toEqual([`Of tool "sum", ${member}: not of MCP's form.`]);
  });

  test('an entry that is nothing without what is wrong with it is left out, and those beside it stay', () => {
    const listing = understood(
      {
        ...EMPTY,
        resources: [{ uri: 'a://b' }, { uri: 'a://c', name: 'c', size: 'big' }],
        resourceTemplates: [{ uriTemplate: 'a://{x}' }],
        prompts: [{ name: 'p', arguments: { a: 1 } }],
      },
      forms,
    );
    expect(listing.resources).toEqual([{ uri: 'a://c', name: 'c' }]);
    expect(listing.resourceTemplates).toEqual([]);
    expect(listing.prompts).toEqual([{ name: 'p' }]);
    expect(listing.left).toContain('The resource "a://b": not of MCP\'s form.');
  });
});
