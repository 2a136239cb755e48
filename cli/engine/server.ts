/** A Temporal dev server as a child process, with its data in one database file. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { CLOSED, NEEDED, TUNED } from './flags';
import { freePort, hiddenAddress } from './ports';
import { showWebUi } from './web-ui';

const START_MS = 30_000;
const STOP_MS = 5_000;
const RETENTION = '7 days';

export interface TemporalServer {
  /** host:port of the frontend. */
  readonly address: string;
  /** Where a browser finds the Web UI. */
  readonly uiUrl: string;
  readonly pid: number;
  /** Resolves when the process has ended, for whatever reason. */
  readonly exited: Promise<unknown>;
  /** Ends the process, within 5 s. */
  readonly stop: () => Promise<void>;
  /** Ends the process at once, with SIGKILL. */
  readonly kill: () => Promise<void>;
}

export interface TemporalOptions {
  /** Path of the `temporal` binary. */
  readonly cli: string;
  /** The folder of the database file and the log. */
  readonly dataDir: string;
  /** Port of the frontend. Default: any free one. */
  readonly port?: number;
  /** Port of the Web UI. Default: any free one. */
  readonly uiPort?: number;
  /** Port of its Prometheus metrics. Default: one that the server chooses and does not tell. */
  readonly metricsPort?: number;
  /** All of its environment. Default: that of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** False: with the dev server's own settings, for comparison. Default true. */
  readonly tuned?: boolean;
}

/** How often a start is tried whose ports were taken in the meantime. */
const PORT_TRIES = 3;

/** The database file of a data directory. */
export const databaseOf = (dataDir: string): string => join(dataDir, 'temporal.db');

/**
 * Starts the server and waits until it serves.
 *
 * @param tries - how often: another process may take a port between the moment that it is found free and the start
 * @throws Error with the end of its log when it does not serve within 30 s
 */
export async function startTemporal(options: TemporalOptions, tries = PORT_TRIES): Promise<TemporalServer> {
  const { cli, dataDir, port, uiPort, metricsPort, env, tuned = true } = options;
  mkdirSync(dataDir, { recursive: true });
  const log = join(dataDir, 'temporal.log');
  const [frontend, hidden] = [port ?? (await freePort()), await hiddenAddress()];
  const flags = [...NEEDED, ...CLOSED, ...(tuned ? TUNED : [])].flatMap(({ flag }) => flag);
  const args = [
    'server',
    'start-dev',
    '--ip',
    '127.0.0.1',
    '--port',
    String(frontend),
    '--ui-ip',
    hidden.host,
    '--ui-port',
    String(hidden.port),
    '--db-filename',
    databaseOf(dataDir),
    '--log-level',
    'warn',
    ...(metricsPort === undefined ? [] : ['--metrics-port', String(metricsPort)]),
    ...flags,
  ];
  const output = openSync(log, 'w');
  const ui = await showWebUi(hidden, uiPort ?? 0);
  // In its own process group, so that Ctrl-C reaches only the supervisor, which stops everything in order.
  const child = spawn(cli, args, { stdio: ['ignore', output, output], detached: true, ...(env && { env }) });
  closeSync(output);
  const killChild = (): void => void child.kill('SIGKILL');
  process.once('exit', killChild); // this process may fail, and must not leave the server behind
  const exited = new Promise((resolve) => child.once('exit', resolve).once('error', resolve)).finally(() => {
    ui.close();
    process.off('exit', killChild);
  });
  const address = `127.0.0.1:${frontend}`;
  const gone = exited.then(() => false);
  if (!(await Promise.race([isServing(address), gone]))) {
    child.kill('SIGKILL');
    const said = readFileSync(log, 'utf8').trim();
    if (tries > 1 && said.includes('address already in use')) return startTemporal(options, tries - 1);
    throw new Error(`Temporal did not start. The end of ${log}:\n${said.split('\n').slice(-5).join('\n')}`);
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
    uiUrl: ui.url,
    pid: child.pid ?? 0,
    exited,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

/** Lengthens the dev server's retention of closed workflows, by default a day: a tool's `ttl` may be longer. */
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

/** Whether Temporal answers at `address` and knows the namespace. Asks again until `ms` milliseconds are over. */
export async function isServing(address: string, namespace = 'default', ms = START_MS): Promise<boolean> {
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
