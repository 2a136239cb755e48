/** One Temporal dev server as a child process: started on its database file, waited for, stopped or killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { NEEDED, TUNED } from './flags';
import { freePort } from './ports';

const START_MS = 30_000;
const STOP_MS = 5_000;
const RETENTION = '7 days';

export interface TemporalServer {
  /** host:port of the frontend. */
  readonly address: string;
  readonly uiUrl: string;
  readonly pid: number;
  /** Resolves when the process is gone, however that came. */
  readonly exited: Promise<unknown>;
  /** Ends it, within 5 s. */
  readonly stop: () => Promise<void>;
  /** SIGKILL. */
  readonly kill: () => Promise<void>;
}

export interface TemporalOptions {
  /** Path of the `temporal` binary. */
  readonly cli: string;
  /** Where the database file and the log lie. */
  readonly dataDir: string;
  /** Default: any free one. */
  readonly port?: number;
  readonly uiPort?: number;
  /** False: the stock settings, for comparison. */
  readonly tuned?: boolean;
}

/** The database file of a data directory. */
export const databaseOf = (dataDir: string): string => join(dataDir, 'temporal.db');

/**
 * Starts the server and waits until it serves.
 *
 * @throws Error with the end of its log when it does not serve within 30 s
 */
export async function startTemporal({
  cli,
  dataDir,
  port,
  uiPort,
  tuned = true,
}: TemporalOptions): Promise<TemporalServer> {
  mkdirSync(dataDir, { recursive: true });
  const log = join(dataDir, 'temporal.log');
  const [frontend, ui] = [port ?? (await freePort()), uiPort ?? (await freePort())];
  const flags = [...NEEDED, ...(tuned ? TUNED : [])].flatMap(({ flag }) => flag);
  const args = [
    'server',
    'start-dev',
    '--ip',
    '127.0.0.1',
    '--port',
    String(frontend),
    '--ui-port',
    String(ui),
    '--db-filename',
    databaseOf(dataDir),
    '--log-level',
    'warn',
    ...flags,
  ];
  const output = openSync(log, 'w');
  // A group of its own: Ctrl-C at the terminal reaches the supervisor alone, which stops things in order.
  const child = spawn(cli, args, { stdio: ['ignore', output, output], detached: true });
  closeSync(output);
  const killChild = (): void => void child.kill('SIGKILL');
  process.once('exit', killChild); // whoever started it and failed must not leave it behind
  const exited = new Promise((resolve) => child.once('exit', resolve).once('error', resolve)).finally(() =>
    process.off('exit', killChild),
  );
  const address = `127.0.0.1:${frontend}`;
  const gone = exited.then(() => false);
  if (!(await Promise.race([serving(address), gone]))) {
    child.kill('SIGKILL');
    throw new Error(
      `Temporal did not start. The end of ${log}:\n${readFileSync(log, 'utf8').trim().split('\n').slice(-5).join('\n')}`,
    );
  }
  await keepClosedJobs(address);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await once(child, 'exit');
    clearTimeout(late);
  };
  return {
    address,
    uiUrl: `http://127.0.0.1:${ui}`,
    pid: child.pid ?? 0,
    exited,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

/** A dev server forgets a closed workflow after a day: sooner than a tool's `ttl` may promise. */
async function keepClosedJobs(address: string): Promise<void> {
  const connection = Connection.lazy({ address });
  try {
    await connection.workflowService.updateNamespace({
      namespace: 'default',
      config: { workflowExecutionRetentionTtl: msToTs(RETENTION) },
    });
  } finally {
    await connection.close();
  }
}

/** Whether Temporal answers at `address`, and knows the namespace, before the time is up. */
export async function serving(address: string, namespace = 'default', ms = START_MS): Promise<boolean> {
  const connection = Connection.lazy({ address });
  const deadline = Date.now() + ms;
  try {
    while (Date.now() < deadline) {
      try {
        await connection.withDeadline(Math.min(Date.now() + 1_000, deadline), () =>
          connection.workflowService.describeNamespace({ namespace }),
        );
        return true;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    return false;
  } finally {
    await connection.close();
  }
}
