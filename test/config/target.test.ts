/** Where an upstream is, in words without a secret. */
import { targetOf } from '../../config/target';
import { UpstreamPart } from '../../config/upstreams';

test.each([
  [{ url: 'https://u:p@mcp.example:8443/secret/mcp?key=secret' }, 'mcp.example:8443'],
  [{ url: 'https://${HOST}/mcp' }, '${HOST}'],
  [{ url: '${URL}' }, 'an address in a variable'],
  [{ command: '/usr/bin/npx', args: ['-y', '@acme/server@1.2.3', '--key=secret'] }, 'npx @acme/server@1.2.3'],
  [{ command: 'uvx', args: ['mcp-server-git'] }, 'uvx mcp-server-git'],
  [{ command: 'my-server', args: ['secret'] }, 'my-server'],
  [{ command: 'npx', args: ['-y', 'postgres://u:p@db/x'] }, 'npx'],
  [{ openapi: '/etc/apis/petstore.yaml' }, 'petstore.yaml'],
  [{ openapi: 'https://api.example/openapi.json?token=secret' }, 'api.example'],
])('%j is %s', (settings, target) => {
  expect(targetOf(UpstreamPart.parse(settings))).toBe(target);
});
