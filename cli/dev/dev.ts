/** `holdfast dev`: starts the stack, prints its addresses, and stops it on Ctrl-C. */
import { expandedAll } from '../../config/expand';
import { targetOf } from '../../config/target';
import { enabledIn } from '../../config/upstreams';
import type { Upstreams } from '../../config/upstreams';
import { tools } from '../../workflows/tools';
import type { DevConfig } from '../config';
import type { Say } from '../say';
import { holdfastFrom } from '../shell';
import { exampleIn } from './example';
import { DRAIN_S } from './child';
import { watchParent } from './orphan';
import { removeRecord } from './record';
import { startStack } from './stack';
import type { Stack, StackSize } from './stack';

/** What a stack offers that runs other tools than Holdfast's own. */
export interface OwnTools {
  readonly names: readonly string[];
  /** A call to try first, as it follows `holdfast call`. */
  readonly example: string;
  /** Takes up changes of the code from now on. Returns what ends that. */
  readonly watch: (stack: Stack, say: Say) => () => void;
}

/** Runs until it is told to stop. Returns the exit code. */
export async function dev(config: DevConfig, size: StackSize, own?: OwnTools): Promise<number> {
  const say: Say = (line) => console.log(line);
  const stopped = stopSignal(config.underNpm);
  const startedAt = Date.now();
  const stack = await Promise.race([startStack(config, size, say), stopped]);
  if (!stack) {
    say('\nStopped before it was ready.');
    removeRecord(config.dataDir);
    process.exit(130); // what has been started by now ends with this process
  }
  say(greeting(stack, config, (Date.now() - startedAt) / 1000, own));
  const unwatch = own?.watch(stack, say);
  await stopped;
  unwatch?.();
  say(
    `\nStopping: steps under way have ${DRAIN_S} s to end, and jobs go on at the next start. Ctrl-C again ends everything at once.`,
  );
  process.once('SIGINT', () => {
    for (const child of [...stack.gateways, ...stack.workers]) child.now().kill();
    process.exit(130);
  });
  await stack.stop();
  return 0;
}

/** Resolves at the first Ctrl-C, SIGTERM or SIGHUP; under npm also when that has ended. */
function stopSignal(underNpm: boolean): Promise<undefined> {
  return new Promise((resolve) => {
    if (underNpm) watchParent(() => resolve(undefined));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve(undefined));
  });
}

/** The one address that the stack listens on. */
const LOOPBACK = '127.0.0.1';

function greeting(
  { gateways, temporal, metrics }: Stack,
  { workDir, host, keyed, upstreams, catalogued, inherited }: DevConfig,
  seconds: number,
  own: OwnTools | undefined,
): string {
  const names = own?.names ?? tools.map(({ name }) => name);
  const example = own?.example ?? exampleIn(workDir);
  const [first, ...others] = gateways.map((gateway) => gateway.now().url);
  return [
    '',
    `Holdfast is ready (${seconds.toFixed(1)} s).`,
    `  MCP endpoint  ${[first, ...others].join('  ')}`,
    ...(temporal.ui === undefined ? [] : [`  Web UI        ${temporal.ui}`]),
    ...(metrics.size === 0
      ? []
      : [
          `  Metrics       ${[...metrics].map(([name, at]) => `http://${at}/metrics (${name.toLowerCase()})`).join('  ')}`,
        ]),
    `  Claude Code   claude mcp add --transport http holdfast ${first ?? ''}${keyed ? ' --header "Authorization: Bearer <key>"' : ''}`,
    `  By hand       ${holdfastFrom(workDir)} call${keyed ? ' --api-key <key>' : ''} ${example}`,
    `  Tools         ${namesText([...names, ...catalogued])}`,
    ...upstreamLines(upstreams, inherited.worker),
    ...(host === undefined || host === LOOPBACK
      ? []
      : [`gateway.host is not used here: holdfast dev listens on ${LOOPBACK} alone; npx holdfast gateway uses it.`]),
    'Ctrl-C stops all of it; jobs are kept.',
  ].join('\n');
}

/** How many tools a line names. */
const NAMED_MAX = 10;

/** The tools that are offered, as a line has room for them. */
export function namesText(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const more = names.length - NAMED_MAX;
  return `${names.slice(0, NAMED_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** A line for each upstream: its name, which program or host that is, and why workers cannot reach it where a variable is missing. */
function upstreamLines(upstreams: Upstreams, env: NodeJS.ProcessEnv): string[] {
  const enabled = enabledIn(upstreams);
  const reached = expandedAll(enabled, env);
  return Object.entries(enabled).map(([name, settings], at) => {
    const { unset } = { unset: undefined, ...reached[name] };
    const why = unset === undefined ? '' : `, which is not reached: ${unset}`;
    return `  ${at === 0 ? 'Upstreams     ' : '              '}${name}: ${targetOf(settings)}${why}`;
  });
}
