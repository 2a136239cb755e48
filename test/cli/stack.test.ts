import { execFileSync, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, realpathSync, readdirSync, existsSync, statSync, writeFileSync } from 'node:fs';
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
import { repositoryIn } from '../activities/repository/world';
import { modern } from '../fixtures/raw';
import { dataOf } from '../fixtures/stack';

const scratch = (): string => mkdtempSync(join(tmpdir(), 'holdfast-stack-'));

/** Where the stacks are started: a repository that is soon read, in a folder without symbolic links. */
const REPOSITORY = repositoryIn(realpathSync(scratch()), { 'main.ts': 'export {};\n' });

interface Command {
  /** What it has printed. */
  readonly lines: readonly string[];
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
    cwd: REPOSITORY,
    env: { ...process.env, HOLDFAST_DATA_DIR: dataDir, HOLDFAST_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  until.push(child);
  const lines: string[] = [];
  let read = 0;
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
          const found = lines.findIndex((line, n) => n >= read && pattern.test(line));
          if (found < 0) return;
          listeners.delete(check);
          read = found + 1;
          resolve(lines[found] ?? '');
        };
        listeners.add(check);
        check();
      }),
      exit.then(() => lines.slice(read).find((line) => pattern.test(line))),
    ]);
  return { lines, said, process: child, exit };
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

const configured = (yaml: string): string => {
  const path = join(scratch(), 'holdfast.yaml');
  writeFileSync(path, yaml);
  return path;
};

const onLinux = process.platform === 'linux' ? test : test.skip;

/** A call of `analyze_repository`, which ends while it is waited for. */
const analysis = (url: string) =>
  modern(url, 'tools/call', { name: 'analyze_repository', arguments: { url: REPOSITORY } });

/** One stack from its first start to its last: each part goes on where the one around it is. */
describe('a stack', () => {
  const dataDir = scratch();
  // Another terminal does not know of the first one's data directory.
  const XDG_CACHE_HOME = scratch();
  const env = {
    XDG_CACHE_HOME,
    TEMPORAL_CLI_PATH: cachedCli(devConfig(process.env).engine.cacheDir),
    HOLDFAST_SECRET: 'canary-of-gateways'.padEnd(32, '0'),
    HOLDFAST_WEBHOOK_SECRET: 'canary-of-workers'.padEnd(32, '0'),
    SOME_TOKEN: 'canary-of-the-shell',
    HOLDFAST_PATIANCE: '5',
  };
  const children: ChildProcess[] = [];
  const start = async (args: readonly string[] = [], more: Record<string, string> = {}): Promise<Command> => {
    const command = dev(dataDir, args, { ...env, ...more }, children);
    await command.said(/Ctrl-C stops/);
    return command;
  };
  const pidsIn = ({ temporal, gateways, workers }: StackRecord): number[] =>
    [temporal, ...gateways, ...workers].map(({ pid = 0 }) => pid);
  const urlIn = ({ gateways }: StackRecord): string => gateways[0]?.url ?? '';

  let stack: Command;
  beforeAll(async () => {
    // Other ports than all stacks want first, which those of other tests may take.
    const ports = { Temporal: await freePort(0), 'The Web UI': await freePort(0) };
    writeFileSync(join(dataDir, 'ports.json'), JSON.stringify(ports));
    stack = await start(['--gateways', '2', '--workers', '2']);
  });
  afterAll(() => stopAll(children));

  test('says where it is, and is written down', async () => {
    expect(stack.lines).toContainEqual(
      expect.stringMatching(/MCP endpoint {2}http:\/\/127\.0\.0\.1:\d+\/mcp {2}http:/),
    );
    expect(stack.lines).toContainEqual(expect.stringContaining('claude mcp add --transport http holdfast http'));
    const { gateways, workers, supervisor } = recordIn(dataDir);
    expect([gateways.length, workers.length, supervisor]).toEqual([2, 2, stack.process.pid]);
    for (const { url } of gateways) expect((await modern(url, 'tools/list')).status).toBe(200);
  });

  test('tells a variable that nothing reads', () => {
    expect(stack.lines.find((line) => line.includes('HOLDFAST_PATIANCE'))).toContain('did you mean HOLDFAST_PATIENCE?');
  });

  test('has its jobs listed, read and waited for by hand, from any folder', () => {
    const elsewhere = scratch();
    const holdfast = (...args: string[]): string =>
      execFileSync(process.execPath, [join(packageRoot(), 'cli', 'holdfast.mjs'), ...args], {
        cwd: elsewhere,
        env: { ...process.env, XDG_CACHE_HOME },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    const called = holdfast('call', 'analyze_repository', JSON.stringify({ url: REPOSITORY }), '--json');
    const job = (JSON.parse(called) as { _meta: Record<string, string> })._meta['io.holdfast/job'] ?? '';
    expect(holdfast('jobs', 'wait', job)).toContain(REPOSITORY);
    expect(holdfast('jobs', 'result', job)).toContain(REPOSITORY);
    expect(holdfast('jobs', 'cancel', job)).toContain('had already ended');
    expect(holdfast('jobs')).toContain(job);
    expect(holdfast('doctor')).toContain(`✓ Gateway ${urlIn(recordIn(dataDir))}: ready`);
  });

  onLinux(
    'gives each process the secrets that it uses and no others, and closes to others what they write',
    async () => {
      const canariesOf = (pid: number): string[] =>
        readFileSync(`/proc/${pid}/environ`, 'utf8').match(/canary-[a-z-]+/g) ?? [];
      expect(pidsIn(recordIn(dataDir)).flatMap(canariesOf)).toEqual([
        'canary-of-gateways',
        'canary-of-gateways',
        'canary-of-workers',
        'canary-of-workers',
      ]);

      await analysis(urlIn(recordIn(dataDir)));
      const open = readdirSync(dataDir, { withFileTypes: true }).filter(
        (entry) => !entry.isSymbolicLink() && (statSync(join(dataDir, entry.name)).mode & 0o077) !== 0,
      );
      expect(open.map(({ name }) => name)).toEqual([]);
      expect(readdirSync(dataDir)).toEqual(
        expect.arrayContaining(['temporal.db', 'worker-1.log', 'secret', 'running', 'code', 'repositories']),
      );
    },
  );

  onLinux('runs the code that it began with in a process that is started again', () => {
    const command = (pid = 0): string => readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    const { workers, gateways } = recordIn(dataDir);
    for (const { pid } of [...workers, ...gateways]) expect(command(pid)).toContain(join(dataDir, 'running', 'dist'));
  });

  test('is the only one of its data directory: a second is refused with the address of the first', async () => {
    const second = dev(dataDir);
    expect(await second.said(/runs here already/)).toContain(urlIn(recordIn(dataDir)));
    expect(await second.exit).toBe(1);
  });

  test('starts again whatever is killed, with a line that says so', async () => {
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

  describe('that is stopped', () => {
    let before: StackRecord;
    let called: Awaited<ReturnType<typeof analysis>>;
    let code: number | null;
    beforeAll(async () => {
      before = recordIn(dataDir);
      called = await analysis(urlIn(before));
      stack.process.kill('SIGINT');
      code = await stack.exit;
    });

    test('leaves no trace', () => {
      expect(code).toBe(0);
      expect(existsSync(join(dataDir, 'dev.json'))).toBe(false);
      expect(pidsIn(before).filter(isAlive)).toEqual([]);
    });

    describe('and started again', () => {
      let left: StackRecord;
      beforeAll(async () => {
        stack = await start();
        left = recordIn(dataDir);
      });

      test('is at the same addresses', () => {
        const { temporal, gateways } = left;
        expect([temporal.address, temporal.ui, gateways[0]?.url]).toEqual([
          before.temporal.address,
          before.temporal.ui,
          before.gateways[0]?.url,
        ]);
      });

      test('finds the jobs of before', async () => {
        const job = (called.message.result?.['_meta'] as Record<string, unknown>)['io.holdfast/job'];
        const again = await modern(urlIn(left), 'tools/call', { name: 'job_wait', arguments: { job_ids: [job] } });
        expect(dataOf(again.message.result)).toEqual(dataOf(called.message.result));
      });

      describe('and whose supervisor is killed, started with keys and the MCP servers of another client', () => {
        const key = 'key-of-alice';
        beforeAll(async () => {
          stack.process.kill('SIGKILL');
          await stack.exit;
          const sha256 = createHash('sha256').update(key).digest('hex');
          const HOLDFAST_CONFIG = configured(
            `gateway:\n  host: 0.0.0.0\n  keys: [{ sha256: ${sha256}, tenant: acme, subject: alice }]\n`,
          );
          const servers = join(dataDir, 'mcp.json');
          const args = ['-y', 'server-files', '--token=canary'];
          writeFileSync(
            servers,
            JSON.stringify({
              mcpServers: {
                Files: { command: '/nowhere/npx', args },
                web: { url: 'https://a.example/canary' },
                later: { url: 'https://b.example/mcp', headers: { authorization: 'Bearer ${CANARY_TOKEN}' } },
              },
            }),
          );
          stack = await start(['--mcp-servers', servers], { HOLDFAST_CONFIG });
        });

        test('has ended the Temporal of before, and no gateway and no worker is left of that', () => {
          const ended = stack.lines.find((line) => line.includes('Ending the Temporal of an earlier run'));
          expect(ended).toContain(String(left.temporal.pid));
          expect(pidsIn(left).filter(isAlive)).toEqual([]);
        });

        test('names those servers, without their secrets', () => {
          expect(stack.lines).toContain('  Upstreams     files: npx server-files');
          expect(stack.lines).toContainEqual(expect.stringMatching(/^ +web: a\.example$/));
        });

        test('says of a server that nobody can reach which variable is missing', () => {
          expect(stack.lines).toContainEqual(
            expect.stringMatching(/^ +later: b\.example, which is not reached: .*CANARY_TOKEN.* is not set/),
          );
        });

        test('says in its hints that it wants keys, and to who calls without one', () => {
          const line = (text: string): string => stack.lines.find((one) => one.includes(text)) ?? '';
          expect(line('claude mcp add')).toContain('--header "Authorization: Bearer <key>"');
          expect(line('By hand')).toContain('--api-key <key>');
          expect(line('gateway.host')).toContain('listens on 127.0.0.1 alone');
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
      });
    });
  });
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
