/** Variables in the settings of upstreams, which only workers expand. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expanded, expandedAll, namedBy } from '../../config/expand';
import { BadSetting } from '../../config/file';
import { misreadIn } from '../../config/references';
import { UpstreamPart } from '../../config/upstreams';

const http = UpstreamPart.parse({
  url: 'https://${HOST:-mcp.example}/mcp',
  headers: { Authorization: 'Bearer ${TOKEN}', 'X-Team': '${env:TEAM}' },
  oauth: { client_id: 'us', client_secret: '${OAUTH_SECRET}', issuer: 'https://${HOST:-mcp.example}' },
  tools: { '*': { description: 'It says ${TOKEN}.' } },
});
const env = { TOKEN: 't', TEAM: 'blue', OAUTH_SECRET: 's' };

test('variables stand for their values wherever a setting tells how an upstream is reached', () => {
  expect(expanded(http, env, 'upstreams.x')).toMatchObject({
    url: 'https://mcp.example/mcp',
    headers: { Authorization: 'Bearer t', 'X-Team': 'blue' },
    oauth: { client_id: 'us', client_secret: 's', issuer: 'https://mcp.example' },
  });
  const stdio = UpstreamPart.parse({
    command: '${BIN:-npx}',
    args: ['${A:-}', 'b$$'],
    env: { T: '${TOKEN}' },
    cwd: '/${TEAM}',
  });
  expect(expanded(stdio, env, 'upstreams.x')).toMatchObject({
    command: 'npx',
    args: ['', 'b$$'],
    env: { T: 't' },
    cwd: '/blue',
  });
  const openapi = UpstreamPart.parse({
    openapi: '${TEAM}.yaml',
    base_url: 'https://${TEAM}',
    auth: { key: '${TOKEN}' },
  });
  expect(expanded(openapi, env, 'upstreams.x')).toMatchObject({
    openapi: 'blue.yaml',
    base_url: 'https://blue',
    auth: { key: 't' },
  });
});

test('names, filters and descriptions name no variables', () => {
  expect(expanded(http, env, 'upstreams.x').tools).toEqual(http.tools);
  expect(namedBy(http)).toEqual(['HOST', 'TOKEN', 'TEAM', 'OAUTH_SECRET', 'HOST']);
});

test('a variable may come from a file', () => {
  const TOKEN_FILE = join(mkdtempSync(join(tmpdir(), 'holdfast-expand-')), 'token');
  writeFileSync(TOKEN_FILE, 'from a file\n');
  const reached = expanded(http, { ...env, TOKEN: '', TOKEN_FILE }, 'upstreams.x');
  expect(reached).toMatchObject({ headers: { Authorization: 'Bearer from a file' } });
});

test('$${ is no reference', () => {
  const stdio = UpstreamPart.parse({ command: 'sh', args: ['-c', 'echo $${HOME}'] });
  expect(expanded(stdio, {}, 'upstreams.x')).toMatchObject({ args: ['-c', 'echo ${HOME}'] });
});

test('a variable that is not set, or empty, is named with its place', () => {
  expect(() => expanded(http, { ...env, TOKEN: '' }, 'upstreams.github')).toThrow(
    new BadSetting(
      'upstreams.github.headers.Authorization names TOKEN, which is not set, nor is TOKEN_FILE. Set it, or give a default: ${TOKEN:-…}.',
    ),
  );
});

test('of several upstreams those that name no missing variable are reached, and of the others the variable is named', () => {
  const other = UpstreamPart.parse({ command: 'x', env: { K: '${KEY}' } });
  expect(expandedAll({ a: http, b: other }, { KEY: 'k' })).toMatchObject({
    a: {
      unset: expect.stringMatching(/^upstreams\.a\.headers\.Authorization names TOKEN, which is not set/) as string,
    },
    b: { env: { K: 'k' } },
  });
});

test('an address has to be one once its variables are in it', () => {
  const upstream = UpstreamPart.parse({ url: '${HOST}' });
  expect(() => expanded(upstream, { HOST: 'localhost:3000' }, 'upstreams.x')).toThrow(
    'upstreams.x.url must be an address that begins with https:// or http://.',
  );
});

test('what an editor asks for or puts in is refused with what to write instead', () => {
  expect(misreadIn('Bearer ${input:github-token}')).toBe(
    '${input:github-token} is asked for by an editor, and nobody can be asked here: put the value into a variable, and write ${GITHUB_TOKEN}',
  );
  expect(misreadIn('${config:x}')).toContain('write ${NAME} or ${NAME:-default}');
  const upstream = UpstreamPart.parse({ command: 'x', args: ['${workspaceFolder}/a'] });
  expect(() => expanded(upstream, {}, 'upstreams.x')).toThrow(
    'upstreams.x.args.0: ${workspaceFolder} is what an editor puts in, and there is none here: write the path, or set workspaceFolder.',
  );
});
