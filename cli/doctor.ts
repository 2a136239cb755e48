/** `holdfast doctor`: checks that everything that Holdfast needs is here and works. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { doubtsIn, holdfastFile } from '../config/holdfast';
import { enabledIn } from '../config/upstreams';
import { projectIn } from '../project/discover';
import type { DevConfig } from './config';
import { readRecord } from './dev/record';
import type { StackRecord } from './dev/record';
import { runningStacks } from './dev/stacks';
import { copiesIn } from './doctor/copies';
import { deployment } from './doctor/deployment';
import type { Finding } from './doctor/finding';
import { connect, endpointAt } from './endpoint';
import type { EndpointOptions } from './endpoint';
import { cachedCli } from './engine/cache';
import { isFree } from './engine/ports';
import { NoGateway } from './exit';
import { packageRoot } from './root';
import { settingsHere } from './settings';
import { deploymentOf } from './temporal';

const exec = promisify(execFile);

const MARK = { well: '✓', doubt: '!', ill: '✗' } as const;
const GATEWAY_MS = 5_000;

/**
 * Checks everything and prints what it finds: this machine, and the deployment that the environment names, or that runs here.
 *
 * @param options - `url`: a gateway; absent: those of the stack that runs here. A key is tried at the gateways
 * @returns 0 when all is well or only doubtful, 1 when something keeps Holdfast from running
 * @throws BadSetting when the settings cannot be used
 */
export async function doctor(base: DevConfig, env: NodeJS.ProcessEnv, options: EndpointOptions): Promise<number> {
  const config = options.dataDir === undefined ? base : { ...base, dataDir: resolve(options.dataDir) };
  const project = projectIn(config.workDir);
  const running = runningStacks(config.engine.cacheDir);
  // As for the other commands: the stack that runs here, or else the only one of this user.
  const dataDir = running.includes(config.dataDir) || running.length !== 1 ? config.dataDir : (running[0] ?? '');
  const record = existsSync(dataDir) ? readRecord(dataDir) : undefined;
  const there = deploymentOf(env, record);
  const ofProject = await settingsHere(env, there?.stack, project);
  const settings = ofProject ?? env;
  const { worker, upstreams } = holdfastFile(settings);
  const wanted = Object.keys(enabledIn(upstreams));
  const urls = record?.gateways.map((gateway) => gateway.url) ?? [];
  const findings = [
    ...doubtsIn(settings).map((what): Finding => ({ is: 'doubt', what })),
    await git(),
    ...(project ? copiesIn(project.root, packageRoot()) : []),
    ...(ofProject ? [] : [MISTAKES]),
    ...(there
      ? await deployment(there.temporal, Object.keys(worker.queues), wanted)
      : [await engine(config), await port(config)]),
    ...(await gateways(options.url === undefined ? urls : [endpointAt(options.url)], options)),
    ...silentWorkers(record, dataDir),
  ];
  for (const { is, what, advice } of findings)
    console.log(`${MARK[is]} ${what}${is === 'well' || advice === undefined ? '' : `\n    ${advice}`}`);
  return findings.some(({ is }) => is === 'ill') ? 1 : 0;
}

const MISTAKES: Finding = { is: 'ill', what: 'The project has mistakes', advice: 'npx holdfast check tells them.' };

async function versionOf(command: string, args: readonly string[]): Promise<string | undefined> {
  return exec(command, [...args], { timeout: 10_000 }).then(
    ({ stdout }) => stdout.trim().split('\n', 1)[0],
    () => undefined,
  );
}

async function git(): Promise<Finding> {
  const version = await versionOf('git', ['--version']);
  return version === undefined
    ? {
        is: 'doubt',
        what: 'git is missing: analyze_repository needs it',
        advice: 'Install it from https://git-scm.com.',
      }
    : { is: 'well', what: `${version}, Node ${process.versions.node}` };
}

async function engine({ engine: { cliPath, cacheDir } }: DevConfig): Promise<Finding> {
  for (const path of [cliPath ?? 'temporal', cachedCli(cacheDir)]) {
    const version = await versionOf(path, ['--version']);
    if (version !== undefined) return { is: 'well', what: `${version}, ${path}` };
  }
  const go = await versionOf('go', ['version']);
  return go === undefined
    ? {
        is: 'ill',
        what: 'There is no Temporal CLI, and no Go to build one',
        advice: 'Install one from https://docs.temporal.io/cli, or Go 1.26 from https://go.dev/dl.',
      }
    : { is: 'well', what: `The Temporal CLI will be downloaded, or built by ${go}, at the first start` };
}

async function port({ dataDir, port: wanted }: DevConfig): Promise<Finding> {
  const free = wanted === 0 || (await isFree(wanted));
  return {
    is: free ? 'well' : 'ill',
    what: free ? `No stack runs in ${dataDir}; port ${wanted} is free for it` : `Port ${wanted} is taken`,
    advice: 'Set HOLDFAST_PORT to a free port, or to 0 for any.',
  };
}

/** What gateways say of themselves, and whether each takes the key, where there is one. */
function gateways(urls: readonly string[], options: EndpointOptions): Promise<Finding[]> {
  return Promise.all(
    urls.map(async (url): Promise<Finding> => {
      const finding = await gateway(url);
      if (finding.is === 'ill' || (options.apiKey ?? options.apiKeyFile) === undefined) return finding;
      const refused = await keyRefusedAt({ ...options, url });
      return refused === undefined
        ? { ...finding, what: `${finding.what}. It takes the API key` }
        : {
            is: 'ill',
            what: refused,
            advice: 'npx holdfast key new makes a key, and the entry of gateway.keys for it.',
          };
    }),
  );
}

/** The first line of `/readyz` is `ready`, or why not. */
async function gateway(url: string): Promise<Finding> {
  const answer = await fetch(new URL('/readyz', url), { signal: AbortSignal.timeout(GATEWAY_MS) }).then(
    (response) => response.text(),
    () => `no answer within ${GATEWAY_MS / 1_000} s`,
  );
  const [state = '', ...warnings] = answer.trim().split('\n');
  if (state !== 'ready') return { is: 'ill', what: `Gateway ${url}: ${state}`, advice: 'Its log tells more.' };
  return { is: warnings.length > 0 ? 'doubt' : 'well', what: `Gateway ${url}: ${[state, ...warnings].join('. ')}` };
}

/** Why a client with the key is turned away; undefined when it is not. */
async function keyRefusedAt(options: EndpointOptions): Promise<string | undefined> {
  try {
    await (await connect(options)).close();
  } catch (error) {
    if (error instanceof NoGateway) return error.message;
    throw error;
  }
}

/** The workers of the stack that runs here which say nothing to their supervisor. */
function silentWorkers(record: StackRecord | undefined, dataDir: string): Finding[] {
  return (record?.workers ?? [])
    .filter(({ silent }) => silent)
    .map(({ pid }) => ({
      is: 'ill',
      what: `Worker (process ${pid}) does not answer: it is frozen, or a step holds its event loop`,
      advice: `Its log in ${dataDir} names the step. It is ended, and started again, if it does not go on.`,
    }));
}
