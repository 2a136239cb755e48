import { execFileSync, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { devConfig } from '../../cli/config';
import { cachedCli } from '../../cli/engine/cache';
import { freePort } from '../../cli/engine/ports';
import { packageRoot } from '../../cli/root';
import type { StackRecord } from '../../cli/dev/record';
import { modern } from '../fixtures/raw';
import { dataOf } from '../fixtures/stack';

const scratch = (): string => mkdtempSync(join(tmpdir(), 'holdfast-stack-'));

interface Command {
  /** Resolves with the next line that matches, or with undefined when the process ends first. */
  readonly said: (pattern: RegExp) => Promise<string | undefined>;
  readonly process: ChildProcess;
  readonly exit: Promise<number | null>;
}

const running: ChildProcess[] = [];

/** Starts a stack, which ends with the test, or with `until`. */
function dev(
  dataDir: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
  until: ChildProcess[] = running,
): Command {
  const child = spawn(process.execPath, [join(packageRoot(), 'cli', 'holdfast.mjs'), 'dev', ...args], {
    env: { ...process.env, HOLDFAST_DATA_DIR: dataDir, HOLDFAST_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  until.push(child);
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  const exit = once(child, 'close').then(([code]) => code as number | null);
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => {
      lines.push(line);
      for (const listener of listeners) listener();
    });
  }
  const said = (pattern: RegExp): Promise<string | undefined> =>
    Promise.race([
      new Promise<string>((resolve) => {
        const check = (): void => {
          const found = lines.findIndex((line) => pattern.test(line));
          if (found < 0) return;
          listeners.delete(check);
          resolve(lines.splice(0, found + 1).at(-1) ?? '');
        };
        listeners.add(check);
        check();
      }),
      exit.then(() => lines.find((line) => pattern.test(line))),
    ]);
  return { said, process: child, exit };
}

const recordIn = (dataDir: string): StackRecord =>
  JSON.parse(readFileSync(join(dataDir, 'dev.json'), 'utf8')) as StackRecord;

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function stopAll(children: ChildProcess[]): Promise<void> {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  }
}
afterEach(() => stopAll(running));

test('the stack starts, is written down, and stops without a trace', async () => {
  const dataDir = scratch();
  const { said, process: supervisor, exit } = dev(dataDir, ['--gateways', '2', '--workers', '2']);
  expect(await said(/MCP endpoint/)).toMatch(/http:\/\/127\.0\.0\.1:\d+\/mcp {2}http:/);
  expect(await said(/claude mcp add --transport http holdfast http/)).toBeDefined();
  const { gateways, workers, temporal, supervisor: pid } = recordIn(dataDir);
  expect([gateways.length, workers.length, pid]).toEqual([2, 2, supervisor.pid]);
  for (const { url } of gateways) expect((await modern(url, 'tools/list')).status).toBe(200);

  supervisor.kill('SIGINT');
  expect(await exit).toBe(0);
  expect(existsSync(join(dataDir, 'dev.json'))).toBe(false);
  const pids = [...gateways, ...workers].map((child) => child.pid);
  expect([...pids, temporal.pid ?? 0].filter(isAlive)).toEqual([]);
});

/** Has the stack of a data folder want other ports than all stacks do first, which those of other tests may take. */
async function ownPorts(dataDir: string): Promise<void> {
  const ports = { Temporal: await freePort(0), 'The Web UI': await freePort(0) };
  writeFileSync(join(dataDir, 'ports.json'), JSON.stringify(ports));
}

test('jobs are listed, read and waited for by hand, from any folder', async () => {
  // Another terminal does not know of the first one's data directory.
  const XDG_CACHE_HOME = scratch();
  const TEMPORAL_CLI_PATH = cachedCli(devConfig(process.env).engine.cacheDir);
  const dataDir = scratch();
  await ownPorts(dataDir); // stacks of one cache folder start one after the other, and this one has another
  await dev(dataDir, [], { XDG_CACHE_HOME, TEMPORAL_CLI_PATH }).said(/Ctrl-C stops/);
  const elsewhere = scratch();
  const holdfast = (...args: string[]): string =>
    execFileSync(process.execPath, [join(packageRoot(), 'cli', 'holdfast.mjs'), ...args], {
      cwd: elsewhere,
      env: { ...process.env, XDG_CACHE_HOME },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  const answer = JSON.parse(
    holdfast('call', 'analyze_repository', JSON.stringify({ url: packageRoot() }), '--json'),
  ) as {
    _meta: Record<string, string>;
  };
  const job = answer._meta['io.holdfast/job'] ?? '';
  expect(holdfast('jobs', 'wait', job)).toContain(packageRoot());
  expect(holdfast('jobs', 'result', job)).toContain(packageRoot());
  expect(holdfast('jobs', 'cancel', job)).toContain('had already ended');
  expect(holdfast('jobs')).toContain(job);
  const [gateway] = recordIn(dataDir).gateways;
  expect(holdfast('doctor')).toContain(`✓ Gateway ${gateway?.url ?? ''}: ready`);
});

test('a second start finds the jobs of the first, at the same addresses', async () => {
  const dataDir = scratch();
  await ownPorts(dataDir);
  const first = dev(dataDir);
  await first.said(/Ctrl-C stops/);
  const before = recordIn(dataDir);
  const call = await modern(recordIn(dataDir).gateways[0]?.url ?? '', 'tools/call', {
    name: 'analyze_repository',
    arguments: { url: packageRoot() },
  });
  const job = (call.message.result?.['_meta'] as Record<string, unknown>)['io.holdfast/job'];
  first.process.kill('SIGTERM');
  await first.exit;

  const second = dev(dataDir);
  await second.said(/Ctrl-C stops/);
  const after = recordIn(dataDir);
  expect([after.temporal.address, after.temporal.ui, after.gateways[0]?.url]).toEqual([
    before.temporal.address,
    before.temporal.ui,
    before.gateways[0]?.url,
  ]);
  const again = await modern(recordIn(dataDir).gateways[0]?.url ?? '', 'tools/call', {
    name: 'job_wait',
    arguments: { job_ids: [job] },
  });
  expect(dataOf(again.message.result)).toEqual(dataOf(call.message.result));
});

const onLinux = process.platform === 'linux' ? test : test.skip;

describe('of a stack that runs', () => {
  const dataDir = scratch();
  const children: ChildProcess[] = [];
  let stack: Command;
  beforeAll(async () => {
    const secrets = {
      HOLDFAST_SECRET: 'canary-of-gateways'.padEnd(32, '0'),
      HOLDFAST_WEBHOOK_SECRET: 'canary-of-workers'.padEnd(32, '0'),
      SOME_TOKEN: 'canary-of-the-shell',
    };
    stack = dev(dataDir, [], secrets, children);
    await stack.said(/Ctrl-C stops/);
  });
  afterAll(() => stopAll(children));

  onLinux(
    'each process has the secrets that it uses and no others, and what they write is closed to others',
    async () => {
      const { temporal, gateways, workers } = recordIn(dataDir);
      const canariesOf = (pid = 0): string[] =>
        readFileSync(`/proc/${pid}/environ`, 'utf8').match(/canary-[a-z-]+/g) ?? [];
      expect([temporal.pid, gateways[0]?.pid, workers[0]?.pid].map(canariesOf)).toEqual([
        [],
        ['canary-of-gateways'],
        ['canary-of-workers'],
      ]);

      await modern(gateways[0]?.url ?? '', 'tools/call', {
        name: 'analyze_repository',
        arguments: { url: packageRoot() },
      });
      const open = readdirSync(dataDir, { withFileTypes: true }).filter(
        (entry) => !entry.isSymbolicLink() && (statSync(join(dataDir, entry.name)).mode & 0o077) !== 0,
      );
      expect(open.map(({ name }) => name)).toEqual([]);
      expect(readdirSync(dataDir)).toEqual(
        expect.arrayContaining(['temporal.db', 'worker-1.log', 'secret', 'running', 'code', 'repositories']),
      );
    },
  );

  test('a process that is started again runs the code that the stack began with', () => {
    const command = (pid = 0): string => readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    const { workers, gateways } = recordIn(dataDir);
    for (const { pid } of [...workers, ...gateways]) expect(command(pid)).toContain(join(dataDir, 'running', 'dist'));
  });

  test('a second stack in the same data directory is refused with the address of the first', async () => {
    const second = dev(dataDir);
    expect(await second.said(/runs here already/)).toContain(recordIn(dataDir).gateways[0]?.url);
    expect(await second.exit).toBe(1);
  });

  test('whatever is killed is started again, with a line that says so', async () => {
    const before = recordIn(dataDir);
    for (const [name, pid] of [
      ['Worker 1', before.workers[0]?.pid],
      ['Gateway 1', before.gateways[0]?.pid],
      ['Temporal', before.temporal.pid],
    ] as const) {
      process.kill(pid ?? 0, 'SIGKILL');
      expect(await stack.said(new RegExp(`^${name} .*is up again|^${name} is up again`))).toContain(name);
    }
    const after = recordIn(dataDir);
    expect(after.gateways[0]?.url).toBe(before.gateways[0]?.url);
    expect(after.temporal.address).toBe(before.temporal.address);
    expect(after.workers[0]?.pid).not.toBe(before.workers[0]?.pid);
  });
});

test('a variable that nothing reads is told at the start', async () => {
  const { said, process: supervisor } = dev(scratch(), [], { HOLDFAST_PATIANCE: '5' });
  expect(await said(/HOLDFAST_PATIANCE/)).toContain('did you mean HOLDFAST_PATIENCE?');
  supervisor.kill('SIGTERM');
});

test('the MCP servers of another client are named at the start, without their secrets', async () => {
  const dataDir = scratch();
  const servers = join(dataDir, 'mcp.json');
  const args = ['-y', 'server-files', '--token=canary'];
  writeFileSync(
    servers,
    JSON.stringify({ mcpServers: { Files: { command: 'npx', args }, web: { url: 'https://a.example/canary' } } }),
  );
  const { said } = dev(dataDir, ['--mcp-servers', servers]);
  expect(await said(/Upstreams/)).toMatch(/^ {2}Upstreams {5}files: npx server-files$/);
  expect(await said(/web:/)).toMatch(/^ +web: a\.example$/);
});

test('a supervisor that is killed leaves no gateway and no worker behind, and the next start ends its Temporal', async () => {
  const dataDir = scratch();
  const first = dev(dataDir);
  await first.said(/Ctrl-C stops/);
  const left = recordIn(dataDir);
  first.process.kill('SIGKILL');
  await first.exit;
  const second = dev(dataDir);
  expect(await second.said(/Ending the Temporal of an earlier run/)).toContain(String(left.temporal.pid));
  await second.said(/Ctrl-C stops/);
  expect([left.temporal.pid ?? 0, left.gateways[0]?.pid ?? 0, left.workers[0]?.pid ?? 0].filter(isAlive)).toEqual([]);
});

test('a taken port is one sentence that says what to do', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as AddressInfo;
  const { said, exit } = dev(scratch(), [], { HOLDFAST_PORT: String(port) });
  expect(await said(/is taken/)).toBe(
    `Port ${port} is taken by another program. Set HOLDFAST_PORT (or gateway.port) to a free port, or to 0 for any.`,
  );
  expect(await exit).toBe(1);
  holder.close();
});

const configured = (yaml: string): string => {
  const path = join(scratch(), 'holdfast.yaml');
  writeFileSync(path, yaml);
  return path;
};

test('a stack whose gateway wants keys says so in its hints, and to who calls without one', async () => {
  const dataDir = scratch();
  const key = 'key-of-alice';
  const sha256 = createHash('sha256').update(key).digest('hex');
  const HOLDFAST_CONFIG = configured(
    `gateway:\n  host: 0.0.0.0\n  keys: [{ sha256: ${sha256}, tenant: acme, subject: alice }]\n`,
  );
  const { said } = dev(dataDir, [], { HOLDFAST_CONFIG });
  expect(await said(/claude mcp add/)).toContain('--header "Authorization: Bearer <key>"');
  expect(await said(/npx holdfast call/)).toContain('--api-key <key>');
  expect(await said(/gateway.host/)).toContain('listens on 127.0.0.1 alone');
  await said(/Ctrl-C stops/);
  const jobs = (...args: string[]): { status: number | null; stderr: string } =>
    spawnSync(process.execPath, [join(packageRoot(), 'cli', 'holdfast.mjs'), 'jobs', 'list', ...args], {
      env: { ...process.env, HOLDFAST_DATA_DIR: dataDir },
      encoding: 'utf8',
    });
  expect(jobs().stderr).toContain('wants an API key: give one with --api-key <key>, or in HOLDFAST_API_KEY.');
  expect(jobs('--api-key', 'another').stderr).toContain('does not know this API key');
  expect(jobs('--api-key', key).status).toBe(0);
  const keyFile = join(dataDir, 'key');
  writeFileSync(keyFile, `${key}\n`);
  expect(jobs('--api-key-file', keyFile).status).toBe(0);
});

test.each([
  [
    'is not YAML',
    () => configured('gateway:\n  port: 1: 2\n'),
    /holdfast\.yaml, which is not YAML: .* at line 2, column \d+\.$/,
  ],
  [
    'is not there',
    () => '/nowhere/holdfast.yaml',
    /^HOLDFAST_CONFIG names \/nowhere\/holdfast\.yaml, which cannot be read\. Correct the path, or unset it\.$/,
  ],
])('a configuration that %s is one sentence', async (_what, path, sentence) => {
  const { said, exit } = dev(scratch(), [], { HOLDFAST_CONFIG: path() });
  expect(await said(/HOLDFAST_CONFIG/)).toMatch(sentence);
  expect(await exit).toBe(2);
});

test.each([
  ['Gateway 1', () => ({ HOLDFAST_PATIENCE: '999' }), 'HOLDFAST_PATIENCE'],
  [
    'Worker 1',
    () => ({ HOLDFAST_CONFIG: configured('worker: { sources: { folders: [/nowhere] } }') }),
    'worker.sources.folders',
  ],
])('%s that refuses its configuration ends the start, and its last sentence is shown', async (name, env, setting) => {
  const dataDir = scratch();
  const { said, exit } = dev(dataDir, [], env());
  expect(await said(new RegExp(`^${name} did not start: .*${setting}`))).toBeDefined();
  expect(await exit).toBe(1);
  expect(existsSync(join(dataDir, 'dev.json'))).toBe(false);
});

test('an unreachable TEMPORAL_ADDRESS is one sentence that says what to do', async () => {
  const { said, exit } = dev(scratch(), [], { TEMPORAL_ADDRESS: '127.0.0.1:1' });
  expect(await said(/TEMPORAL_ADDRESS/)).toMatch(
    /127\.0\.0\.1:1, where no Temporal answers for namespace default\. Start it, correct the address, or unset/,
  );
  expect(await exit).toBe(1);
});
