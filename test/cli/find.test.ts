import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { EngineConfig } from '../../cli/config';
import { buildCli } from '../../cli/engine/build';
import { cachedCli } from '../../cli/engine/cache';
import { findTemporalCli } from '../../cli/engine/find';

jest.mock('../../cli/engine/download', () => ({ downloadCli: () => Promise.resolve(false) })); // no network in a test

const scratch = (): string => mkdtempSync(join(tmpdir(), 'holdfast-engine-'));

function executable(path: string, script: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

const temporalAt = (path: string): string => executable(path, 'echo temporal version 0.0.0');

async function find(config: Partial<EngineConfig>): Promise<{ found: string; said: string[] }> {
  const said: string[] = [];
  const whole = { cliPath: undefined, path: [], cacheDir: scratch(), ...config };
  return { found: await findTemporalCli(whole, (line) => said.push(line)), said };
}

test('TEMPORAL_CLI_PATH comes first', async () => {
  const [given, bin] = [temporalAt(join(scratch(), 'mine')), scratch()];
  temporalAt(join(bin, 'temporal'));
  expect((await find({ cliPath: given, path: [bin] })).found).toBe(given);
});

test('a TEMPORAL_CLI_PATH that does not run is an error, not a reason to look elsewhere', async () => {
  const bin = scratch();
  temporalAt(join(bin, 'temporal'));
  await expect(find({ cliPath: '/nowhere/temporal', path: [bin] })).rejects.toThrow(
    'TEMPORAL_CLI_PATH is /nowhere/temporal, which does not run',
  );
});

test('one on PATH comes before the cache, and the choice is said', async () => {
  const [bin, cacheDir] = [scratch(), scratch()];
  temporalAt(join(bin, 'temporal'));
  temporalAt(cachedCli(cacheDir));
  const { found, said } = await find({ path: [bin], cacheDir });
  expect(found).toBe(join(bin, 'temporal'));
  expect(said).toEqual([`Temporal: ${found} (on PATH)`]);
});

test('without one on PATH the cache serves', async () => {
  const cacheDir = scratch();
  temporalAt(cachedCli(cacheDir));
  expect((await find({ cacheDir })).found).toBe(cachedCli(cacheDir));
});

test('without Go and without a download it says what to do', async () => {
  await expect(find({})).rejects.toThrow(
    /install the Temporal CLI .* install Go 1\.26 .* TEMPORAL_CLI_PATH .* TEMPORAL_ADDRESS/,
  );
});

describe('a build by Go', () => {
  const path = process.env['PATH'];
  afterEach(() => (process.env['PATH'] = path));

  /** A `go` that appends to a log and writes a script in place of the compiler's output. */
  function fakeGo(build: string): string {
    const bin = scratch();
    const log = join(bin, 'log');
    executable(
      join(bin, 'go'),
      `echo "$1" >> ${log}\nif [ "$1" = build ]; then\n  while [ "$1" != -o ]; do shift; done\n  ${build}\nfi`,
    );
    process.env['PATH'] = `${bin}:${path ?? ''}`;
    return log;
  }

  test('leaves the binary in the cache, for the next one to find', async () => {
    fakeGo('printf "#!/bin/sh\\necho temporal version 0.0.0\\n" > "$2"; chmod +x "$2"');
    const cacheDir = scratch();
    const { found } = await find({ cacheDir, path: (process.env['PATH'] ?? '').split(':').slice(0, 1) });
    expect(found).toBe(cachedCli(cacheDir));
    expect(existsSync(found)).toBe(true);
  });

  test('two at once are one build', async () => {
    const log = fakeGo('sleep 1; printf "#!/bin/sh\\n" > "$2"');
    const cacheDir = scratch();
    const said: string[] = [];
    const build = (): Promise<void> => buildCli(cacheDir, cachedCli(cacheDir), (line) => said.push(line));
    await Promise.all([build(), build()]);
    expect(readFileSync(log, 'utf8').match(/^build$/gm)).toHaveLength(1);
    expect(said).toContain('Temporal: waiting for another process that builds it…');
  });

  test('that fails leaves nothing behind and says what Go said', async () => {
    fakeGo('echo half > "$2"; echo "no space left" >&2; exit 1');
    const cacheDir = scratch();
    await expect(buildCli(cacheDir, cachedCli(cacheDir), () => undefined)).rejects.toThrow(
      /Go 1\.26 or newer[\s\S]*no space left/,
    );
    expect(readdirSync(cacheDir)).toEqual([]);
  });
});
