/** `holdfast doctor`: checks that everything that Holdfast needs is here and works. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import type { DevConfig } from './config';
import { readRecord } from './dev/record';
import { cachedCli } from './engine/cache';
import { isFree } from './engine/ports';
import { isServing } from './engine/server';

const exec = promisify(execFile);

interface Finding {
  readonly ok: boolean;
  readonly what: string;
  /** What to do when it is not ok. */
  readonly advice?: string;
}

/** Checks everything and prints what it finds. Returns 0 when all is ok, 1 when something keeps Holdfast from running. */
export async function doctor(config: DevConfig): Promise<number> {
  const findings = [await git(), await engine(config), ...(await stack(config))];
  for (const { ok, what, advice } of findings)
    console.log(`${ok ? '✓' : '✗'} ${what}${ok || advice === undefined ? '' : `\n    ${advice}`}`);
  return findings.every(({ ok }) => ok) ? 0 : 1;
}

async function versionOf(command: string, args: readonly string[]): Promise<string | undefined> {
  return exec(command, [...args], { timeout: 10_000 }).then(
    ({ stdout }) => stdout.trim().split('\n', 1)[0],
    () => undefined,
  );
}

async function git(): Promise<Finding> {
  const version = await versionOf('git', ['--version']);
  return version === undefined
    ? { ok: false, what: 'git is missing: analyze_repository needs it', advice: 'Install it from https://git-scm.com.' }
    : { ok: true, what: `${version}, Node ${process.versions.node}` };
}

async function engine({
  temporal: { address, namespace },
  engine: { cliPath, cacheDir },
}: DevConfig): Promise<Finding> {
  if (address !== undefined) {
    return (await isServing(address, namespace, 3_000))
      ? { ok: true, what: `Temporal answers at ${address} (TEMPORAL_ADDRESS)` }
      : {
          ok: false,
          what: `No Temporal answers at ${address} (TEMPORAL_ADDRESS)`,
          advice: 'Start it, correct the address, or unset it to have one started here.',
        };
  }
  for (const path of [cliPath ?? 'temporal', cachedCli(cacheDir)]) {
    const version = await versionOf(path, ['--version']);
    if (version !== undefined) return { ok: true, what: `${version}, ${path}` };
  }
  const go = await versionOf('go', ['version']);
  return go === undefined
    ? {
        ok: false,
        what: 'There is no Temporal CLI, and no Go to build one',
        advice: 'Install one from https://docs.temporal.io/cli, or Go 1.26 from https://go.dev/dl.',
      }
    : { ok: true, what: `The Temporal CLI will be downloaded, or built by ${go}, at the first start` };
}

async function stack({ dataDir, port }: DevConfig): Promise<Finding[]> {
  const record = existsSync(dataDir) ? readRecord(dataDir) : undefined;
  if (!record) {
    const free = port === 0 || (await isFree(port));
    return [
      {
        ok: free,
        what: free ? `No stack runs in ${dataDir}; port ${port} is free for it` : `Port ${port} is taken`,
        advice: 'Set HOLDFAST_PORT to a free port, or to 0 for any.',
      },
    ];
  }
  const workers = record.workers.map(({ pid, silent }): Finding => ({
    ok: !silent,
    what: silent
      ? `Worker (process ${pid}) does not answer: it is frozen, or a step holds its event loop`
      : `Worker (process ${pid}): well`,
    advice: `Its log in ${dataDir} names the step. It is ended, and started again, if it does not go on.`,
  }));
  const gateways = await Promise.all(
    record.gateways.map(async ({ url }): Promise<Finding> => {
      const ready = await fetch(new URL('/readyz', url)).then(
        (response) => response.text(),
        () => 'no answer',
      );
      return {
        ok: ready.trim() === 'ready',
        what: `Gateway ${url}: ${ready.trim()}`,
        advice: `Its log lies in ${dataDir}.`,
      };
    }),
  );
  return [...gateways, ...workers];
}
