/** `holdfast/worker`: a worker that runs a project's tools: as a process of its own, in one of the author's, or a worker of the author's own. */
import { TASK_QUEUE } from '../workflows/contract';
import type { ToolDefinition } from '../workflows/define-tool';
import { createAttempts } from '../worker/attempts';
import { runWorker as run, startWorker as start } from '../worker/process';
import type { Code } from '../worker/process';
import { placeThreaded } from './thread';
import { activitiesOf } from './activities';
import type { StepModules } from './activities';

/** What `holdfast build` makes of a project's tools, for workers. */
export interface ProjectCode {
  /** Path of `workflows.bundle.js`. */
  readonly bundle: string;
  /** `steps` of the built `steps` module, which lies beside the bundle: threads load it for themselves. */
  readonly steps: StepModules;
  /** `tools` of the built `menu` module, for workflows of others that call a tool as their child. Absent: they can call none. */
  readonly tools?: readonly ToolDefinition[];
}

const codeOf = ({ bundle, steps, tools = [] }: ProjectCode): Code => {
  placeThreaded(steps, bundle);
  return { bundle, steps: activitiesOf(steps), tools };
};

/**
 * Runs a worker until the process is told to stop. Its settings are read from the environment, and from the file that HOLDFAST_CONFIG
 * names there. It installs the SDK's `Runtime`, so that must not have been done before.
 *
 * @throws Error with one sentence when it cannot start or go on
 */
export const startWorker = (env: NodeJS.ProcessEnv, code: ProjectCode): Promise<void> => start(env, codeOf(code));

/** Runs a worker as the work of this process, which ends when the worker does. */
export const runWorker = (env: NodeJS.ProcessEnv, code: ProjectCode): void => run(env, codeOf(code));

/** What is needed of the options of a worker of Temporal's SDK. */
interface Options {
  readonly taskQueue?: string;
  readonly activities?: object;
  readonly interceptors?: { readonly activity?: readonly unknown[] };
}

/**
 * A plugin for `Worker.create` of a team that has a worker of its own: `plugins: [holdfast(code)]`. The worker then runs the jobs of a
 * gateway's authored tools: its task queue becomes Holdfast's, its bundle the project's. Its own activities stay. Callbacks, upstreams
 * and tools of Holdfast itself need workers that were started by {@link startWorker}.
 */
export function holdfast({ bundle, steps }: Pick<ProjectCode, 'bundle' | 'steps'>) {
  placeThreaded(steps, bundle);
  return {
    name: 'holdfast',
    configureWorker<O extends Options>(options: O): O {
      return {
        ...options,
        taskQueue: TASK_QUEUE,
        workflowBundle: { codePath: bundle },
        activities: { ...options.activities, ...activitiesOf(steps) },
        interceptors: {
          ...options.interceptors,
          activity: [...(options.interceptors?.activity ?? []), createAttempts().interceptor],
        },
      };
    },
  };
}
