/** `holdfast dev` in a project takes up what changes, and says what it could not take up; the history of a job guards its workflow. */
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readRecord } from '../../cli/dev/record';
import { packageRoot } from '../../cli/root';
import { Background } from '../adopt/programs';
import { eventually } from '../fixtures/eventually';
import { editIn, holdfast, newProject, writeIn } from '../fixtures/project';

const root = newProject();
let dev: Background;

beforeAll(async () => {
  writeIn(
    root,
    'holdfast.config.ts',
    `import { defineConfig } from 'holdfast';
export default defineConfig({
  tools: 'tools',
  upstreams: { far: { url: 'http://127.0.0.1:1/mcp' } },
  catalog: { ship: { description: 'Ships.', workflow: 'Ship', queue: 'orders' } },
});
`,
  );
  writeIn(root, 'mcp.json', '{ "mcpServers": { "near": { "command": "node", "args": ["-e", ""] } } }');
  const command = ['node', join(packageRoot(), 'cli', 'holdfast.mjs'), 'dev', '--mcp-servers', 'mcp.json'];
  dev = Background.start(root, command, { HOLDFAST_PORT: '0' });
  await dev.says('Holdfast is ready');
  await dev.says('Tools         greet, ship\n');
});
afterAll(() => dev.stop());

test.each(['upstreams', 'doctor'])(
  '%s looks at what dev reaches, by its configuration and otherwise',
  async (command) => {
    const { code, stdout } = await eventually('both have failed', async () => {
      const said = await holdfast(root, [command]);
      return /far +failed/.test(said.stdout) && /near +failed/.test(said.stdout) ? said : undefined;
    });
    expect([code, stdout]).toEqual([1, expect.stringMatching(/✗ (Upstream )?far +failed/)]);
  },
);

test('the history of a job that was recorded says whether it would go on with a changed workflow', async () => {
  const { stdout, stderr } = await holdfast(root, ['call', 'greet', '{"name":"Ada"}']);
  const [job = ''] = /job_\w+/.exec(stdout + stderr) ?? [];
  expect((await holdfast(root, ['record', job, 'greeted'])).stdout).toContain('histories/greeted.json has the history');

  const other = newProject(); // where nothing runs that would take up what changes
  cpSync(join(root, 'histories'), join(other, 'histories'), { recursive: true });
  expect((await holdfast(other, ['replay'])).stdout).toBe('✓ greeted.json\n');

  editIn(other, 'tools/greet/workflow.ts', 'chooseWord({ name })', "chooseWord({ name: 'Bob' })");
  const replayed = await holdfast(other, ['replay']);
  expect(replayed).toMatchObject({ code: 1, stderr: '' });
  expect(replayed.stdout).toMatch(
    /^✗ greeted\.json: The present code gives step greet\.chooseWord another input than the job did\.$/m,
  );
});

const pids = (): readonly number[] => {
  const { workers = [], gateways = [] } = readRecord(join(root, '.holdfast')) ?? {};
  return [...workers, ...gateways].map(({ pid }) => pid);
};

test('changed code is run by new processes, which the record names; code that does not compile is told', async () => {
  const [worker, gateway] = pids();

  editIn(root, 'tools/greet/steps.ts', "'Hello'", "'Hail'");
  await dev.says('Taken up by workers (');
  expect(pids()).toEqual([expect.any(Number), gateway]);
  expect(pids()).not.toContain(worker);

  editIn(root, 'tools/greet/steps.ts', 'export const', 'export konst');
  await dev.says('tools/greet/steps.ts:4: Unexpected "konst".\n1 mistake.\nThe tools stay as they were.');
  editIn(root, 'tools/greet/steps.ts', 'export konst', 'export const');
  await dev.says('That is mended. The tools are as they were.');

  editIn(root, 'tools/greet/steps.ts', 'export const', "throw new Error('Not today.');\nexport const");
  await dev.says('The new code did not start: ');
  const [survivor = 0] = pids();
  process.kill(survivor, 'SIGKILL');
  await dev.says('is up again');

  editIn(root, 'tools/greet/steps.ts', "throw new Error('Not today.');\n", '');
  editIn(root, 'tools/greet/tool.ts', 'Takes a second.', 'Takes a moment.');
  await dev.says('Taken up by workers and gateways (');
  expect(pids()).not.toContain(gateway);
});

test('after many saves what dies is started again, with the configuration of now', async () => {
  const newest = (): string | undefined =>
    readdirSync(join(root, '.holdfast', 'build'))
      .sort()
      .at(-1);
  for (let saves = 0; saves < 6; saves += 1) {
    const before = newest();
    editIn(root, 'tools/greet/workflow.ts', 'import { job }', 'import { job }'); // saved as it was
    await eventually('another compilation', () => newest() !== before);
  }
  for (const [at, name] of ['Worker 1', 'Gateway 1'].entries()) {
    const from = dev.said.length;
    process.kill(pids()[at] ?? 0, 'SIGKILL');
    await dev.says(`${name} is up again`, from);
  }
  const from = dev.said.length;
  const keys = `[{ sha256: '${'0'.repeat(64)}', tenant: 'acme', subject: 'alice' }]`;
  editIn(root, 'holdfast.config.ts', "tools: 'tools'", `tools: 'tools', gateway: { keys: ${keys} }`);
  await dev.says('Taken up by workers and gateways (', from);
  expect((await holdfast(root, ['call', 'greet', '{"name":"Ada"}'])).stderr).toContain('wants an API key');
});
