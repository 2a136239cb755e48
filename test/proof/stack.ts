/** Holdfast as people run it: its own worker and gateway as processes, on a Temporal of their own. */
import { fork, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../cli/engine/ports';
import { packageRoot } from '../../cli/root';
import { ownTemporal } from '../fixtures/processes';
import type { Subject } from './subjects';

export interface Stack {
  /** The MCP endpoint. */
  readonly url: string;
  readonly startWorker: () => Promise<ChildProcess>;
  readonly stop: () => Promise<void>;
}

/** @param config - what holdfast.yaml says */
export async function startStack(scratch: string, config: object): Promise<Stack> {
  const file = join(scratch, 'holdfast.yaml');
  writeFileSync(file, JSON.stringify(config));
  const temporal = await ownTemporal();
  const env = {
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: 'default',
    HOLDFAST_CONFIG: file,
    HOLDFAST_PORT: '0',
    HOLDFAST_PATIENCE: '120',
    HOLDFAST_SECRET: 'a secret for the proof, 32 characters or more',
    HOLDFAST_LOG_LEVEL: process.env['HOLDFAST_LOG_LEVEL'] ?? 'error',
  };
  const children: ChildProcess[] = [];
  const start = async (main: string): Promise<readonly [ChildProcess, { url?: string }]> => {
    const child = fork(join(packageRoot(), 'dist', main), [], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 2, 2, 'ipc'],
    });
    children.push(child);
    for (;;) {
      const [said] = (await once(child, 'message')) as [{ ready?: boolean; url?: string }];
      if (said.ready === true) return [child, said];
    }
  };
  const startWorker = async (): Promise<ChildProcess> => (await start('worker/main.js'))[0];
  const [, { url = '' }] = await start('gateway/main.js');
  return {
    url,
    startWorker,
    async stop() {
      for (const child of children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      await temporal.stop();
    },
  };
}

/** A server of others that listens. */
export interface Listening {
  readonly url: string;
  readonly child: ChildProcess;
}

/** Starts one that speaks HTTP, and waits until it listens. */
export async function startListening({ program, env = {}, path = '' }: Subject, cwd: string): Promise<Listening> {
  const port = await freePort();
  const withPort = (text: string): string => text.replace('{port}', String(port));
  const [command = '', ...args] = program.map(withPort);
  const child = spawn(command, args, {
    cwd,
    env: environment(cwd, Object.fromEntries(Object.entries(env).map(([name, value]) => [name, withPort(value)]))),
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  const url = `http://127.0.0.1:${port}${path}`;
  for (let tries = 0; tries < 600; tries += 1) {
    if (child.exitCode !== null) break;
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer) return { url, child };
    await pause(100);
  }
  child.kill('SIGKILL');
  throw new Error(`${program.join(' ')} does not listen on ${port}.`);
}

/** What a server gets of the environment, whoever starts it. */
export const environment = (home: string, more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: home,
  ...more,
});
