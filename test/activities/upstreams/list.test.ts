import type { Connection } from '../../../activities/upstreams/mcp/connection';
import { listAll } from '../../../activities/upstreams/mcp/list';
import type { ListLimits } from '../../../activities/upstreams/mcp/list';
import { Trouble } from '../../../activities/upstreams/mcp/trouble';
import type { Given } from '../../../workflows/upstream-contract';

const LIMITS = { maxTools: 3, maxDefinition: 1_000, pageMs: 1_000 };

type Pages = (method: string, cursor: string | undefined) => Given;

const connectionTo = (pages: Pages, capabilities: Given = { tools: {} }): Connection => ({
  server: { name: 's', version: '1' },
  modern: true,
  capabilities,
  request: async (method, { cursor }) => {
    await Promise.resolve();
    return pages(method, typeof cursor === 'string' ? cursor : undefined);
  },
  isOver: () => false,
  answers: () => Promise.resolve(true),
  onEnd: () => undefined,
  close: () => Promise.resolve(),
});

const listed = (pages: Pages, capabilities?: Given, limits: Partial<ListLimits> = {}) =>
  listAll(connectionTo(pages, capabilities), { ...LIMITS, ...limits }, new AbortController().signal);

const tool = (name: string, more: Given = {}): Given => ({ name, inputSchema: {}, ...more });

test('the list is read to its end, page by page', async () => {
  const { tools, left, ttlMs } = await listed((_method, cursor) =>
    cursor === undefined ? { tools: [tool('a')], nextCursor: '2', ttlMs: 9 } : { tools: [tool('b')], ttlMs: 5 },
  );
  expect([tools.map(({ name }) => name), left, ttlMs]).toEqual([['a', 'b'], [], 5]);
});

test('a cursor that comes again ends it', async () => {
  let page = 0;
  const { tools, left } = await listed(() => ({ tools: [tool(`t${(page += 1)}`)], nextCursor: 'same' }));
  expect(tools).toHaveLength(2);
  expect(left).toEqual(['Its list of tools does not end: what came before it repeated itself was taken.']);
});

test('more tools than the limit, and definitions over it, are left out, and said to be', async () => {
  const { tools, left } = await listed(() => ({
    tools: [tool('a'), tool('big', { description: 'x'.repeat(2_000) }), tool('a'), {}, tool('b'), tool('c'), tool('d')],
  }));
  expect(tools.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  expect(left).toEqual([
    expect.stringMatching(/^Of its tools, big has a definition of \d+ bytes; 1000 are allowed/),
    'Of its tools, a comes twice: the first is taken.',
    'Of its tools, one has no name.',
    'It offers more than 3 tools (limits.max_tools): those after them are left out.',
  ]);
});

test('a kind that it does not have, or cannot list, is no failure', async () => {
  const pages: Pages = (method) => {
    if (method === 'tools/list') throw new Trouble('error', '', { answer: { code: -32601, message: '' } });
    if (method === 'prompts/list') throw new Trouble('error', '', { answer: { code: -32603, message: '' } });
    return method === 'resources/list' ? { resources: [{ uri: 'a://b', name: 'b' }] } : {};
  };
  const offer = await listed(pages, { resources: {}, prompts: {} });
  expect(offer).toMatchObject({
    tools: [],
    prompts: [],
    resourceTemplates: [],
    resources: [{ uri: 'a://b', name: 'b' }],
  });
  expect(offer.left).toEqual(['Its prompts could not be listed: it answered with an error.']);
});

test('what does not fit into a listing is left out, tools last', async () => {
  const resources = Array.from({ length: 900 }, (_, n) => ({
    uri: `a://${n}`,
    description: 'x'.repeat(1_800).slice(0, 900),
  }));
  const many = Array.from({ length: 900 }, (_, n) => ({ name: `p${n}`, description: 'x'.repeat(900) }));
  const offer = await listed(
    (method) =>
      method === 'tools/list' ? { tools: [tool('a')] } : method === 'prompts/list' ? { prompts: many } : { resources },
    { resources: {}, prompts: {} },
  );
  expect(offer.tools).toHaveLength(1);
  expect(offer.prompts).toHaveLength(900);
  expect(Buffer.byteLength(JSON.stringify(offer))).toBeLessThan(1_040_000);
  expect(offer.left).toEqual([expect.stringMatching(/^\d+ of its resources do not fit into a listing/)]);
});

test('where not all tools fit, those that are offered go first, and names count twice', async () => {
  const long = { maxTools: 5_000, maxDefinition: 400_000 };
  const tools = [
    ...Array.from({ length: 4 }, (_, n) => tool(`unwanted${n}`, { description: 'x'.repeat(300_000) })),
    tool('wanted'),
  ];
  const isOffered = (name: string): boolean => name === 'wanted';
  const offer = await listed(() => ({ tools }), undefined, { ...long, isOffered });
  expect(offer.tools.map(({ name }) => name)).toEqual(['wanted', 'unwanted0', 'unwanted1', 'unwanted2']);
  expect(offer.left).toEqual([
    '1 of its tools do not fit into a listing of 1040000 bytes. Those that allow and deny leave go first.',
  ]);
  const named = await listed(
    () => ({ tools: Array.from({ length: 5_000 }, (_, n) => tool(`${'n'.repeat(200)}${n}`)) }),
    undefined,
    long,
  );
  const entries = named.tools.map((definition) => ({ name: definition['name'], definition, digest: 'd'.repeat(64) }));
  expect(Buffer.byteLength(JSON.stringify(entries))).toBeLessThan(1_040_000);
});
