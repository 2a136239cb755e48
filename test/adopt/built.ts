/** What `holdfast build` has made, as processes on a Temporal of their own; then a worker of the author's own in place of ours. */
import { readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cacheDirOf } from '../../cli/folders';
import { findTemporalCli } from '../../cli/engine/find';
import { startTemporal } from '../../cli/engine/server';
import { packageRoot } from '../../cli/root';
import type { Case } from './cases';
import { commonJs } from './common-js';
import { Background, run } from './programs';

/** How a team's own worker takes the project's tools up, beside an activity of its own. */
const OWN_WORKER = `import { NativeConnection, Worker } from '@temporalio/worker';
import { holdfast } from 'holdfast/worker';
import { steps } from './dist/steps.js';

const connection = await NativeConnection.connect({ address: process.env.TEMPORAL_ADDRESS });
const worker = await Worker.create({
  connection,
  taskQueue: 'ours',
  activities: { ours: async () => 'ours' },
  plugins: [holdfast({ bundle: 'dist/workflows.bundle.js', steps })],
});
console.log('It polls ' + worker.options.taskQueue + '.');
await worker.run();
`;

/** CommonJS has no await outside of functions. */
const asCommonJs = (text: string): string =>
  `${commonJs(text).replace('\n\nconst connection', '\n\nvoid (async () => {\nconst connection')}})();\n`;

/** Whether the project has Temporal's SDK among its own packages, as one with a worker of its own has. */
export const hasOwnWorker = ({ manager }: Case): boolean => manager === 'npm';

/** The version that such a project has to have. */
export function sdkVersion(): string {
  const { dependencies } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  return dependencies['@temporalio/worker'] ?? '';
}

const greets = (root: string, url: string): void => {
  const said = run(root, ['npx', 'holdfast', 'call', '--url', url, 'greet', '{"name":"Ada"}']);
  if (!said.includes(', Ada!')) throw new Error(said);
  const file = JSON.stringify({ file: join(root, 'package.json') });
  const slow = run(root, ['npx', 'holdfast', 'call', '--url', url, 'slow', file]);
  if (!slow.includes('new, in a thread')) throw new Error(slow);
};

/** A Temporal of their own, and what the processes of a project need to find it. */
interface Place {
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  /** Starts a program, which ends with the Temporal. */
  readonly start: (command: readonly string[]) => Background;
}

async function withTemporal(root: string, dataDir: string, use: (place: Place) => Promise<void>): Promise<void> {
  const path = (process.env['PATH'] ?? '').split(delimiter);
  const engine = { cliPath: process.env['TEMPORAL_CLI_PATH'], path, cacheDir: cacheDirOf(process.env) };
  const temporal = await startTemporal({ cli: await findTemporalCli(engine, console.log), dataDir });
  const env = {
    TEMPORAL_ADDRESS: temporal.address,
    HOLDFAST_PORT: '0',
    HOLDFAST_SECRET: 'a secret of these processes, 32 characters or more',
    HOLDFAST_DATA_DIR: dataDir,
  };
  const started: Background[] = [];
  const start = (command: readonly string[]): Background => {
    const program = Background.start(root, command, env);
    started.push(program);
    return program;
  };
  try {
    await use({ root, env, start });
  } catch (error) {
    throw new Error(`${String(error)}\n${started.map(({ said }) => said).join('\n')}`, { cause: error });
  } finally {
    await Promise.all(started.map((program) => program.stop()));
    await temporal.stop();
  }
}

/** Starts the built gateway. Returns its address. */
async function startGateway({ start }: Place): Promise<string> {
  const said = await start(['node', join('dist', 'gateway', 'main.js')]).says('"msg":"ready"');
  return /"url":"([^"]+)"/.exec(said)?.[1] ?? '';
}

/** @throws Error with what the processes said, when a call is not answered */
export function runBuilt(root: string, dataDir: string): Promise<void> {
  return withTemporal(root, dataDir, async (place) => {
    const url = await startGateway(place);
    await place.start(['node', join('dist', 'worker', 'main.js')]).says('"msg":"ready"');
    greets(root, url);
  });
}

/** The same with a worker that the team has written. */
export function runOwnWorker(root: string, { modules }: Case, dataDir: string): Promise<void> {
  writeFileSync(join(root, 'own-worker.js'), modules === 'esm' ? OWN_WORKER : asCommonJs(OWN_WORKER));
  return withTemporal(root, dataDir, async (place) => {
    const url = await startGateway(place);
    await place.start(['node', 'own-worker.js']).says('It polls holdfast.');
    greets(root, url);
  });
}
