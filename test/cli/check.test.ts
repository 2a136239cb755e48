/** `holdfast check`: every mistake with its line, and what a configuration comes to. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check } from '../../cli/check';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-check-'));

/** What it says about files, and what it returns. */
function checked(
  files: { yaml?: string; json?: string },
  env: NodeJS.ProcessEnv = {},
): { code: number; lines: string[] } {
  const lines: string[] = [];
  const named = { HOLDFAST_CONFIG: join(folder, 'holdfast.yaml'), HOLDFAST_MCP_SERVERS: join(folder, 'mcp.json') };
  if (files.yaml !== undefined) writeFileSync(named.HOLDFAST_CONFIG, files.yaml);
  if (files.json !== undefined) writeFileSync(named.HOLDFAST_MCP_SERVERS, files.json);
  const code = check(
    {
      ...env,
      ...(files.yaml !== undefined && { HOLDFAST_CONFIG: named.HOLDFAST_CONFIG }),
      ...(files.json !== undefined && { HOLDFAST_MCP_SERVERS: named.HOLDFAST_MCP_SERVERS }),
    },
    (line) => lines.push(line.replaceAll(`${folder}/`, '')),
  );
  return { code, lines };
}

test('every mistake is told with file, line and column', () => {
  const yaml = 'gateway:\n  prot: 1\nworker:\n  concurrent_steps: 0\nupstreams:\n  a: {}\n';
  const { code, lines } = checked({ yaml, json: '{\n  "x": { "type": "tcp" }\n}' });
  expect(code).toBe(1);
  expect(lines).toEqual([
    '✗ holdfast.yaml:2:3: gateway: Unrecognized key: "prot": did you mean port?',
    '✗ holdfast.yaml:4:3: worker.concurrent_steps: Too small: expected number to be >0',
    expect.stringMatching(/^✗ holdfast\.yaml:6:3: upstreams\.a: it does not say how it is reached/),
    '✗ mcp.json:2:10: x.type: one of stdio, http, streamable-http and sse',
    '4 mistakes.',
  ]);
});

test('what is no YAML is told with line and column, too', () => {
  const { code, lines } = checked({ yaml: 'gateway:\n  port: 1: 2\n' });
  expect([code, lines.at(-1)]).toEqual([1, expect.stringMatching(/mistake/)]);
  expect(lines[0]).toMatch(/^✗ holdfast\.yaml:2:\d+: .*\.$/);
});

test('what it comes to is printed without a secret', () => {
  const yaml = `
gateway:
  keys:
    - { sha256: ${'a'.repeat(64)}, tenant: acme, subject: alice, tools: ['github.*', '!github.delete_*'] }
upstreams:
  github:
    url: https://user:canary@mcp.example/canary?key=canary
    headers: { Authorization: 'Bearer canary' }
    deny: ['delete_*']
    policy: { budget: 30 minutes }
    tools: { 'create_*': { approval: required } }
`;
  const json =
    '{ "mcpServers": { "Files": { "command": "/usr/bin/npx", "args": ["-y", "server-files", "--token=canary"] } } }';
  const { code, lines } = checked({ yaml, json });
  expect(code).toBe(0);
  expect(lines.join('\n')).not.toContain('canary');
  expect(lines).toEqual([
    expect.stringMatching(/^! headers\.Authorization of upstreams\.github of .* looks like a secret/),
    'Keys: 1. acme/alice (github.* !github.delete_*).',
    'Quotas: 100 jobs of a caller, 1000 of a tenant.',
    'Upstreams: 2.',
    '  github  http  mcp.example  (upstreams.github of holdfast.yaml)',
    '    tools   github_…: *, without delete_*',
    '    policy  budget 30 minutes; changes: report',
    '    create_*  approval required',
    '  files  stdio  npx server-files  (mcpServers.Files of mcp.json)',
    '    tools   files_…: *',
    '    policy  as the annotations say; changes: report',
  ]);
});

test('a variable that workers need and that is not set here is a doubt', () => {
  const json = '{ "a": { "command": "x", "env": { "TOKEN": "${A_TOKEN}" } } }';
  expect(checked({ json })).toMatchObject({
    code: 0,
    lines: expect.arrayContaining([
      expect.stringContaining('! In this environment upstreams.a.env.TOKEN names A_TOKEN'),
    ]),
  });
  expect(checked({ json }, { A_TOKEN: 't' }).lines[0]).toMatch(/^Keys/);
});

test('without a file it says how to name one', () => {
  expect(() => check({}, () => undefined)).toThrow('name its file');
});

test('a schema of the catalogue that is missing is one mistake among the others, with the line that names it', () => {
  const yaml =
    'upstreams:\n  a: { command: x }\ncatalog:\n  ship:\n    { description: ., workflow: W, queue: q, input: nowhere.json }\n';
  const { code, lines } = checked({ yaml, json: '{ "x": { "type": "tcp" } }' });
  expect([code, lines]).toEqual([
    1,
    [
      '✗ holdfast.yaml:5:46: catalog.ship.input: names nowhere.json, which cannot be read as JSON or YAML',
      expect.stringMatching(/^✗ mcp\.json:1:10: x\.type/),
      '2 mistakes.',
    ],
  ]);
});

test('an entry of the catalogue that no gateway would start with is told with its line', () => {
  const yaml = `
catalog:
  ship: { description: ., workflow: Ship, queue: q, args: [what] }
  job_wait: { description: ., workflow: Wait, queue: q }
  odd: { description: ., workflow: Odd, queue: q, input: { type: string } }
`;
  expect(checked({ yaml })).toEqual({
    code: 1,
    lines: [
      '✗ holdfast.yaml:3:3: catalog.ship: args names what, which is no property of the input',
      '✗ holdfast.yaml:4:3: catalog.job_wait: Tool job_wait: names that begin with job_ belong to the handle tools',
      '✗ holdfast.yaml:5:3: catalog.odd: the input is no schema of an object: it wants type: object',
      '3 mistakes.',
    ],
  });
});

test('the tools of the catalogue are listed as models will see them', () => {
  const long = 'n'.repeat(50);
  const yaml = `
catalog:
  ship: { description: ., workflow: Ship, queue: orders, policy: { approval: required } }
  hurry: { description: ., workflow: [Ship, Sell], signal: hurry, namespace: shop }
  ${long}: { description: ., workflow: Ship, queue: orders }
`;
  const { code, lines } = checked({ yaml });
  expect([code, lines.slice(3)]).toEqual([
    0,
    [
      'Catalogue: 3.',
      '  ship  19 characters  starts Ship on orders  approval required',
      '  hurry  20 characters  signal hurry of Ship or Sell in namespace shop',
      `  ${long}  65 characters, more than the 64 that models take  starts Ship on orders`,
    ],
  ]);
});
