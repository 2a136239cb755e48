/** Clients that others wrote, whole, against two replicas behind a dumb load balancer. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProfile } from '../conformance/profile';
import type { Profile } from '../conformance/profile';
import { judge } from '../fixtures/judges';

let profile: Profile;
beforeAll(async () => {
  profile = await startProfile();
});
afterAll(() => profile.stop());

/** A home of its own for each judge, since they run side by side. */
function home(): Record<string, string> {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-judges-'));
  return { HOME: path, MCP_STORAGE_DIR: join(path, 'mcp'), MCP_INSPECTOR_SECRET_STORE: 'file' };
}

const failed = 'The job failed as it was told to.';

test.concurrent.each([
  ['modern', { text: expect.stringContaining(failed) as unknown, isError: true }],
  ['core', { error: expect.stringContaining(failed) as unknown }], // in that generation a tool error is a failed task
])('ext-tasks, %s generation gets answers, tasks, questions and errors right', async (generation, failing_job) => {
  const { output } = await judge('judges/ext-tasks.mjs', [generation, profile.url]);
  expect(JSON.parse(output.trim().split('\n').at(-1) ?? '')).toEqual({
    greet: { text: 'Hello, Ada!', isError: false },
    slow_compute: { text: 'Computed x in 1 s', isError: false },
    confirm_delete: { text: 'Deleted f', isError: false },
    multi_input: { text: expect.stringContaining('Ada') as unknown, isError: false },
    failing_job,
  });
});

const eras = ['modern', 'legacy'];

test.concurrent.each(eras)(
  'on the %s era the Inspector waits for a job that takes longer than the grace',
  async (era) => {
    const call = [
      '--method',
      'tools/call',
      '--tool-name',
      'slow_compute',
      '--tool-arg',
      'seconds=1',
      '--format',
      'json',
    ];
    const to = ['--cli', profile.url, '--transport', 'http', '--protocol-era', era];
    const { code, output } = await judge(
      'judges/node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js',
      [...to, ...call],
      home(),
    );
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('Computed  in 1 s') as unknown });
  },
);

test.concurrent.each(eras)('on the %s era mcpdo runs a task that asks', async (era) => {
  const env = home();
  const mcpdo = async (...args: string[]): Promise<string> =>
    (
      await judge('judges/node_modules/@modelcontextprotocol/inspector/clients/mcpdo/build/mcp-bin.js', args, {
        ...env,
        ...daemon,
      })
    ).output;
  const daemon: Record<string, string> = {};
  for (const [, name = '', value = ''] of (await mcpdo('private')).matchAll(/export (\w+)='([^']*)'/g))
    daemon[name] = value;
  try {
    await mcpdo('connect', profile.url, '--era', era, '--connection', 'g');
    const on = ['--connection', 'g', '--format', 'json'];
    const asked = await mcpdo(...on, 'tools/call', 'confirm_delete', 'filename:=f', '--task');
    const id = /"elicitationId": "([^"]+)"/.exec(asked)?.[1] ?? asked;
    expect(await mcpdo(...on, 'elicitation/respond', id, 'confirm:=true')).toContain('Deleted f');
  } finally {
    await mcpdo('daemon', 'stop');
  }
});
