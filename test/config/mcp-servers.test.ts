/** The `mcpServers` that people have, read unchanged. */
import { keyOf, serversIn, upstreamsOf } from '../../config/mcp-servers';

const settingsOf = (server: object): unknown => {
  const { upstreams, misfits } = upstreamsOf({ x: server });
  return misfits.length > 0 ? misfits : upstreams[0]?.settings;
};
const messagesOf = (servers: object): string[] =>
  upstreamsOf(servers).misfits.map(({ setting, message }) => [...setting, message].join(' '));

test.each([
  ['Claude Desktop', { command: 'npx', args: ['-y', 'a', 8080], env: { A: '1', PORT: 8080, NO: null } }],
  ['VS Code', { type: 'stdio', command: 'npx', args: ['-y', 'a', '8080'], env: { A: '1', PORT: '8080' }, dev: {} }],
])('%s starts a program', (_client, server) => {
  expect(settingsOf(server)).toMatchObject({
    command: 'npx',
    args: ['-y', 'a', '8080'],
    env: { A: '1', PORT: '8080' },
  });
});

test.each([
  ['Cursor', { url: 'https://a.example/mcp', headers: { A: 'b' } }, undefined],
  ['Windsurf', { serverUrl: 'https://a.example/mcp', headers: { A: 'b' } }, undefined],
  ['Gemini CLI', { httpUrl: 'https://a.example/mcp', headers: { A: 'b' } }, undefined],
  ['Claude Code', { type: 'http', url: 'https://a.example/mcp', headers: { A: 'b' } }, 'http'],
  ['Roo', { type: 'streamable-http', url: 'https://a.example/mcp', headers: { A: 'b' } }, 'http'],
  ['Cline', { type: 'streamableHttp', url: 'https://a.example/mcp', headers: { A: 'b' } }, 'http'],
  ['an old one', { type: 'SSE', url: 'https://a.example/mcp', headers: { A: 'b' } }, 'sse'],
])('%s names an address', (_client, server, transport) => {
  expect(settingsOf(server)).toMatchObject({ url: 'https://a.example/mcp', headers: { A: 'b' } });
  expect(upstreamsOf({ x: server }).upstreams.map(({ settings }) => 'url' in settings && settings.transport)).toEqual([
    transport,
  ]);
});

test.each([[{ disabled: true }], [{ enabled: false }]])('%j switches a server off', (off) => {
  expect(settingsOf({ command: 'x', ...off })).toMatchObject({ disabled: true });
});

test.each([[{ includeTools: ['a'], excludeTools: ['b'] }], [{ enabledTools: ['a'], disabledTools: ['b'] }]])(
  '%j says which tools are offered',
  (filters) => {
    expect(settingsOf({ command: 'x', ...filters })).toMatchObject({ allow: ['a'], deny: ['b'] });
  },
);

test('what belongs to another client is passed over, and named where it would matter', () => {
  const server = { command: 'x', gallery: true, timeout: 60, envFile: '.env', alwaysAllow: ['a'], autoApprove: [] };
  const { upstreams, misfits, doubts } = upstreamsOf({ 'My Server': server });
  expect([upstreams.length, misfits]).toEqual([1, []]);
  expect(doubts).toEqual([
    expect.stringMatching(/^timeout .* handle/),
    expect.stringMatching(/^envFile of the MCP server My Server is passed over\. .*\$\{NAME\}/),
    expect.stringMatching(/^alwaysAllow .* approval: required/),
    expect.stringMatching(/^autoApprove .* approval: required/),
  ]);
});

test.each([
  [{ type: 'websocket', url: 'wss://a' }, 'x type one of stdio, http, streamable-http and sse'],
  [{ type: 'http', command: 'x' }, 'x type http wants url'],
  [{ type: 'stdio', url: 'https://a' }, 'x type stdio wants command'],
  [{ args: ['x'] }, /^x it does not say how it is reached: it wants command/],
  [{ command: 'x', url: 'https://a' }, /^x it has command and url, and can be reached in one way only/],
  [{ command: 'x', args: 'y' }, /^x args /],
])('%j is refused in a sentence', (server, sentence) => {
  expect(messagesOf({ x: server })).toEqual([expect.stringMatching(sentence)]);
});

test.each([
  ['github', 'github'],
  ['my_server-2', 'my_server-2'],
  ['GitHub Server', 'github-server'],
  ['@acme/Tools (beta)', 'acme-tools-beta'],
  ['Café', 'cafe'],
  ['x'.repeat(40), 'x'.repeat(32)],
  ['天气', 'server-4d947325'],
])('%s becomes %s', (server, key) => {
  expect(keyOf(server)).toBe(key);
});

test('two names that become one are refused, with both', () => {
  expect(messagesOf({ 'Git Hub': { command: 'x' }, 'git-hub': { command: 'y' } })).toEqual([
    'git-hub both Git Hub and git-hub would be called git-hub: rename one of them',
  ]);
});

test.each([
  ['mcpServers', { mcpServers: { a: { command: 'x' } }, theme: 'dark' }, ['mcpServers']],
  ['servers of VS Code', { servers: { a: { command: 'x' } }, inputs: [] }, ['servers']],
  ['the bare map', { $schema: 'x', a: { command: 'x' } }, []],
])('a file may have %s', (_what, file, path) => {
  expect(serversIn(file)).toEqual({ servers: { a: { command: 'x' } }, path });
});

test('a server that is called servers is one', () => {
  expect(serversIn({ servers: { command: 'x' } })).toEqual({ servers: { servers: { command: 'x' } }, path: [] });
});

test('what is no map of servers is refused', () => {
  expect(upstreamsOf(['x']).misfits).toEqual([expect.objectContaining({ message: expect.stringContaining('no map') })]);
});
