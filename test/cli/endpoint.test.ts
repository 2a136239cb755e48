/** Where a command finds its gateway, as a person types it. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect, endpointAt } from '../../cli/endpoint';
import { NoGateway } from '../../cli/exit';
import { BadSetting } from '../../config/file';

test.each([
  ['the address of a gateway alone', 'http://127.0.0.1:8484', 'http://127.0.0.1:8484/mcp'],
  ['one with a slash behind it', 'https://tools.example/', 'https://tools.example/mcp'],
  ['a path', 'https://tools.example/team/mcp', 'https://tools.example/team/mcp'],
])('%s leads to an endpoint', (_what, typed, endpoint) => {
  expect(endpointAt(typed)).toBe(endpoint);
});

test.each(['127.0.0.1:8484', 'localhost:8484', 'http://'])('%s is refused with an address that would do', (typed) => {
  expect(() => endpointAt(typed)).toThrow(
    new BadSetting(`--url (or HOLDFAST_URL) wants an address such as http://127.0.0.1:8484/mcp; given: ${typed}`),
  );
});

test('where a path leads to nothing, the right one is told', async () => {
  const server = createServer((_request, response) => response.writeHead(404).end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/wrong`;
  const problem = await connect({ url, cacheDir: '' }).catch((error: unknown) => error);
  server.close();
  expect(problem).toEqual(
    new NoGateway(`There is no MCP endpoint at ${url}. A gateway has it at /mcp: correct --url.`),
  );
});
