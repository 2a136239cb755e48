/** The commands of an author: they make a project, and compile, test and replay the one in this folder. */
import { Command } from 'commander';
import { BadSetting } from '../config/file';
import { projectIn } from '../project/discover';
import type { Project } from '../project/discover';
import { exitWith } from './exit';

/** @throws BadSetting when this folder is no project */
function projectHere(): Project {
  const project = projectIn(process.cwd());
  if (project) return project;
  throw new BadSetting('There is no holdfast.config.ts (or .js) here. Make a project with: npx holdfast init <folder>');
}

export const createProjectCommands = (env: NodeJS.ProcessEnv): readonly Command[] => [
  new Command('init')
    .description('make a project of your own: one tool, its test, and what deploys it')
    .argument('<folder>')
    .option('--js', 'JavaScript in place of TypeScript', false)
    .option('--cjs', 'CommonJS in place of ES modules', false)
    .action(async (folder: string, options: { js: boolean; cjs: boolean }) => {
      const { init } = await import('./project/init.js');
      await exitWith(init(folder, options, console.log));
    }),
  new Command('build')
    .description(
      'compile the project in this folder: dist/ has its menu, its bundle, and an image for gateways and workers',
    )
    .action(async () => {
      const { buildProject } = await import('./project/build.js');
      await exitWith(buildProject(projectHere(), console.log));
    }),
  new Command('test')
    .description("run the tests of the project in this folder with its own runner, or with Node's")
    .allowUnknownOption()
    .argument('[args...]', 'passed on to the runner')
    .action(async (args: readonly string[]) => {
      const { testProject } = await import('./project/test.js');
      await exitWith(testProject(projectHere(), args));
    }),
  new Command('record')
    .description('keep the history of a job that has ended, to replay it on later code')
    .argument('<job>')
    .argument('[name]', 'of the file in histories/; default: its workflow and the end of its id')
    .action(async (job: string, name: string | undefined) => {
      const [{ record }, { deploymentHere }] = await Promise.all([
        import('./project/record.js'),
        import('./temporal.js'),
      ]);
      console.log(await record(projectHere(), deploymentHere(env).temporal, job, name));
    }),
  new Command('replay')
    .description('run the present workflows against the histories that were kept: what jobs in flight would meet')
    .argument('[folder]', 'of the histories', 'histories')
    .action(async (folder: string) => {
      const { replay } = await import('./project/replay.js');
      await exitWith(replay(projectHere(), folder, console.log));
    }),
];
