/** `holdfast dev` in a project: the stack with the project's tools. Changed files are taken up, and running jobs keep their code. */
import type { Built } from '../../project/compile';
import type { Project } from '../../project/discover';
import { doubtsIn } from '../../config/holdfast';
import { devConfig } from '../config';
import { dev, namesText } from '../dev/dev';
import type { Stack, StackSize } from '../dev/stack';
import type { Say } from '../say';
import { builtOrTold, compileAnew, settledBy } from './compiled';
import { createInUse } from './in-use';
import { createSpares } from './spares';
import { watchFilesOf } from './watch';

/** How long a step may go on that began before an edit, seconds: the longest time that there is. */
const DRAIN_S = 86_400;

/**
 * Runs until it is told to stop. Returns the exit code.
 *
 * @param timePasses - whether a test may have the time of its jobs pass
 */
export async function devProject(
  project: Project,
  env: NodeJS.ProcessEnv,
  size: StackSize,
  timePasses = false,
): Promise<number> {
  const since = Date.now();
  const first = await compileAnew(project, undefined, timePasses);
  const built = builtOrTold(first, console.log);
  if (!built) return 1;
  let now = built;
  let isWrong = false;
  const ofFile = settledBy(built, env);
  for (const doubt of doubtsIn(ofFile)) console.log(doubt);
  const config = devConfig(ofFile);
  const { gateway, worker } = config.inherited;
  // Without a file the processes take the settings that lie beside their code, and so those of the present compilation.
  const configFile = env['HOLDFAST_CONFIG'];
  const inherited = {
    ...config.inherited,
    gateway: withoutFile(gateway),
    worker: { ...defined(env), ...withoutFile(worker) },
  };
  const inUse = createInUse(createSpares());
  // The code of a test is one code: spares would take the processor from it, and nothing would be started from them.
  const fork = timePasses ? undefined : inUse.fork;
  return dev({ ...config, inherited, configFile, code: () => now.dir, ...(fork && { fork }), drainS: DRAIN_S }, size, {
    names: built.names,
    example: built.example,
    watch: (stack, say) =>
      watchFilesOf(first, project.root, since, async () => {
        const startedAt = Date.now();
        const kept = new Set([...inUse.folders(), now.dir]);
        const next = await compileAnew(project, kept, timePasses).catch((error: unknown) => {
          say(`It could not be compiled: ${error instanceof Error ? error.message : String(error)}`);
          return first;
        });
        const rebuilt = next === first ? undefined : builtOrTold(next, say);
        if (rebuilt) {
          const before = now;
          now = rebuilt;
          if (isWrong && !isChanged(before, rebuilt)) say('That is mended. The tools are as they were.');
          isWrong = !(await takeUp(stack, before, rebuilt, startedAt, say));
          if (isWrong) now = before; // what dies is started from code that runs
        } else {
          isWrong = true;
          say('The tools stay as they were.');
        }
        return next;
      }),
  });
}

/** Whether processes of either kind would run something else. */
const isChanged = (before: Built, after: Built): boolean =>
  before.ids.worker !== after.ids.worker || before.ids.gateway !== after.ids.gateway;

/** Starts what has changed from the new code. Returns whether it runs. */
async function takeUp(stack: Stack, before: Built, after: Built, startedAt: number, say: Say): Promise<boolean> {
  if (!isChanged(before, after)) return true;
  const worker = before.ids.worker !== after.ids.worker;
  const gateway = before.ids.gateway !== after.ids.gateway;
  try {
    await Promise.all([
      ...(worker ? stack.workers.map((one) => one.replace()) : []),
      ...(gateway ? stack.gateways.map((one) => one.restart()) : []), // it has its port until it has ended
    ]);
    const by = [worker ? 'workers' : '', gateway ? 'gateways' : ''].filter(Boolean).join(' and ');
    say(`Taken up by ${by} (${((Date.now() - startedAt) / 1000).toFixed(1)} s). Running jobs keep their workflows.`);
    if (after.names.join() !== before.names.join()) say(`Tools: ${namesText(after.names)}.`);
    return true;
  } catch (error) {
    say(`The new code did not start: ${error instanceof Error ? error.message : String(error)} The old one goes on.`);
    return false;
  }
}

/** The stack names the file to its processes itself, where there is one. */
const withoutFile = ({ HOLDFAST_CONFIG: _, ...variables }: Readonly<Record<string, string>>): Record<string, string> =>
  variables;

/** A step of an author's may read any variable. */
const defined = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
