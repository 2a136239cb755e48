/** Upstreams in holdfast.yaml and in the file of MCP servers, together. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { doubtsIn, findingsIn, holdfastFile } from '../../config/holdfast';
import { gatewayConfig } from '../../gateway/config';
import { workerConfig } from '../../worker/config';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-upstreams-'));
let files = 0;
function fileOf(text: string, extension = 'yaml'): string {
  const path = join(folder, `${(files += 1)}.${extension}`);
  writeFileSync(path, text);
  return path;
}
const withYaml = (yaml: string): NodeJS.ProcessEnv => ({ HOLDFAST_CONFIG: fileOf(yaml) });
const withServers = (json: string): NodeJS.ProcessEnv => ({ HOLDFAST_MCP_SERVERS: fileOf(json, 'json') });

/** What is wrong: line and column, and why. */
const problemsIn = (env: NodeJS.ProcessEnv): string[] =>
  findingsIn(env).problems.map(
    ({ place, setting, message }) => `${place?.line}:${place?.column} ${[setting, message].filter(Boolean).join(': ')}`,
  );

test('upstreams come from three places', () => {
  const env = {
    ...withYaml('upstreams: { a: { command: x } }\nmcpServers: { "B b": { url: "https://b.example" } }'),
    ...withServers('{ "mcpServers": { "c": { "command": "y" } } }'),
  };
  expect(Object.keys(holdfastFile(env).upstreams)).toEqual(['a', 'b-b', 'c']);
});

test('the file of MCP servers may have comments, tabs and commas behind the last member', () => {
  const env = withServers(`{
\t// of the editor
\t"servers": { /* one */
\t\t"a": { "command": "x", "args": ["https://not.a/comment", "\\ud83d\\ude00",], },
\t},
}`);
  expect(holdfastFile(env).upstreams['a']).toMatchObject({ args: ['https://not.a/comment', '😀'] });
});

test.each([
  ['upstreams:\n  a: { command: x }\n  b:\n    args: []', '3:3 upstreams.b: it does not say how it is reached'],
  ['upstreams:\n  a: { command: x, url: y }', '2:3 upstreams.a: it has command and url'],
  [
    'upstreams:\n  a:\n    url: https://a.example\n    arg: [x]',
    '4:5 upstreams.a: Unrecognized key: "arg": did you mean args?',
  ],
  ['upstreams:\n  a:\n    command: x\n    args: [x, 1]', '4:15 upstreams.a.args.1: Invalid input: expected string'],
  ['upstreams:\n  A b: { command: x }', '2:3 upstreams.A b: 1 to 32 of a-z'],
  ['upstreams: { a: { command: x }, b: 5 }', '1:33 upstreams.b: not the settings of an upstream'],
  ['upstreams:\n  a:\n    url: "${input:url}"', '3:5 upstreams.a.url: ${input:url} is asked for by an editor'],
  [
    'upstreams:\n  a: { command: x }\nmcpServers:\n  a: { command: y }',
    '4:3 mcpServers.a: a is the name of upstreams.a of',
  ],
  ['gateway:\n  temporal_ui: ${UI}', '2:16 gateway.temporal_ui names UI, which is not set'],
])('%j: the one mistake is told with its line and column', (yaml, problem) => {
  expect(problemsIn(withYaml(yaml))).toEqual([expect.stringContaining(problem)]);
});

test('a mistake in the file of MCP servers is told with its line and column', () => {
  expect(problemsIn(withServers('{\n\t"mcpServers": {\n\t\t// here\n\t\t"a": { "args": ["x"] }\n\t}\n}'))).toEqual([
    expect.stringContaining('4:3 mcpServers.a: it does not say how it is reached'),
  ]);
});

test('the same name in both files is refused, and both are named', () => {
  const env = { ...withYaml('upstreams: { a: { command: x } }'), ...withServers('{ "a": { "command": "y" } }') };
  expect(() => holdfastFile(env)).toThrow(
    /\.json: a: a is the name of upstreams\.a of .*\.yaml, too: rename one of them/,
  );
});

test.each([
  [{ HOLDFAST_MCP_SERVERS: '/nope.json' }, 'HOLDFAST_MCP_SERVERS names /nope.json, which cannot be read.'],
  [withServers('{ "a": '), 'which is not JSON: '],
])('a file of MCP servers that is none is named', (env, sentence) => {
  expect(() => holdfastFile(env)).toThrow(sentence);
});

test('gateways need no variable of an upstream, and workers expand them', () => {
  const env = {
    ...withYaml(
      'upstreams: { a: { url: "https://a.example/${TEAM}", headers: { Authorization: "Bearer ${TOKEN}" } } }',
    ),
    HOLDFAST_SECRET: 'a secret for the tests, 32 characters or more',
  };
  expect(() => gatewayConfig(env)).not.toThrow();
  expect(workerConfig(env).upstreams['a']).toEqual({
    unset: expect.stringMatching(/^upstreams\.a\.url names TEAM, which is not set/) as string,
  });
  expect(workerConfig({ ...env, TEAM: 'blue', TOKEN: 't' }).upstreams['a']).toMatchObject({
    url: 'https://a.example/blue',
  });
});

test('a worker reaches what is not disabled, on the queues that it polls, and needs the variables of those alone', () => {
  const env = withYaml(
    [
      'worker: { queues: { mine: {} } }',
      'upstreams:',
      '  a: { command: x, queue: mine }',
      '  b: { command: "${B}", queue: theirs }',
      '  c: { command: "${C}", disabled: true }',
    ].join('\n'),
  );
  expect(Object.keys(workerConfig(env).upstreams)).toEqual(['a']);
  expect(doubtsIn(env)).toEqual([
    'upstreams.b.queue is theirs, which is not in worker.queues: workers with this file do not run its calls.',
  ]);
});

test('elsewhere in the file variables stand for texts, numbers and truth values, for every process', () => {
  const env = {
    ...withYaml('gateway:\n  port: ${MCP_PORT:-8000}\n  schedules: ${ON}\n  temporal_ui: https://${UI}'),
    ON: 'true',
    UI: 'ui.example',
  };
  expect(holdfastFile(env).gateway).toMatchObject({ port: 8000, schedules: true, temporal_ui: 'https://ui.example' });
  expect(holdfastFile({ ...env, MCP_PORT: '9000' }).gateway.port).toBe(9000);
});

test('the variables that the files name are known, by whose they are', () => {
  const env = {
    ...withYaml(
      'gateway: { temporal_ui: "${HOLDFAST_UI:-https://ui.example}" }\nupstreams: { a: { command: x, env: { T: "${HOLDFAST_T}" } } }',
    ),
    HOLDFAST_T_FILE: '/nope',
  };
  expect(holdfastFile(env).named).toEqual({
    all: ['HOLDFAST_UI', 'HOLDFAST_UI_FILE'],
    workers: ['HOLDFAST_T', 'HOLDFAST_T_FILE'],
  });
  expect(doubtsIn(env)).toEqual([]);
});

test('a secret that stands in holdfast.yaml itself is a doubt', () => {
  const yaml =
    'upstreams: { a: { url: "https://a", headers: { Authorization: "Bearer abc", X-Api-Key: "${KEY}", Accept: x } } }';
  expect(doubtsIn(withYaml(yaml))).toEqual([
    expect.stringMatching(/^headers\.Authorization of upstreams\.a of .* looks like a secret/),
  ]);
});

test('a file without a single MCP server is a doubt', () => {
  expect(doubtsIn(withServers('{ "mcpServers": {} }'))).toEqual([expect.stringContaining('names no MCP server')]);
});
