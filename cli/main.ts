/**
 * The `holdfast` command, with a subcommand for everything that a person can run. Each loads what it needs: a command is a process, and to
 * load everything takes longer than most of what they do.
 */
import { Command } from 'commander';
import { BadSetting } from '../config/file';
import { version } from '../package.json';
import { projectIn } from '../project/discover';
import type { CallOptions } from './call';
import { createClientCommand, createEndpointCommand } from './client-command';
import type { FileOptions } from './config';
import { countUpTo } from './count';
import type { EndpointOptions } from './endpoint';
import { EXIT, NoGateway, exitWith } from './exit';
import { configOption, mcpServersOption } from './file-options';
import { cacheDirOf } from './folders';
import { createJobsCommand } from './jobs';
import { createOperatorCommands } from './operator-commands';
import { createProjectCommands } from './project-commands';

const cacheDir = cacheDirOf(process.env);

/** Gives wrong usage its own exit code: commander's is 1, and so is that of a job that failed. */
function exitWithUsage(command: Command): void {
  command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? EXIT.done : EXIT.usage));
  command.commands.forEach(exitWithUsage);
}

const program = new Command('holdfast')
  .description('A stateless MCP gateway on Temporal: every tool call becomes a durable workflow.')
  .version(version)
  .addHelpText(
    'after',
    `\nExit codes: ${Object.entries(EXIT)
      .map(([meaning, code]) => `${code} ${meaning}`)
      .join(', ')}.`,
  );

for (const command of [
  new Command('dev')
    .description('everything on this machine: Temporal with its Web UI, workers, gateways')
    .option('--gateways <n>', 'how many gateways', countUpTo(16), 1)
    .option('--workers <n>', 'how many workers', countUpTo(16), 1)
    .addOption(mcpServersOption())
    .addOption(configOption())
    .action(async (options: { gateways: number; workers: number } & FileOptions) => {
      const { devConfig, environmentWith } = await import('./config.js');
      const env = environmentWith(process.env, options);
      const project = projectIn(process.cwd());
      if (project) {
        const { devProject } = await import('./project/dev.js');
        return exitWith(devProject(project, env, options));
      }
      const [{ dev }, { doubtsIn }] = await Promise.all([import('./dev/dev.js'), import('../config/holdfast.js')]);
      for (const doubt of doubtsIn(env)) console.log(doubt); // its processes get only what they read
      await exitWith(dev(devConfig(env), options));
    }),
  new Command('check')
    .description('read a configuration as gateways and workers do: every mistake with its line, and what it comes to')
    .argument('[file]', 'the configuration; default: that of HOLDFAST_CONFIG')
    .addOption(mcpServersOption())
    .option('--connect', 'ask every upstream what it offers, and show it as models will see it', false)
    .action(async (file: string | undefined, { connect, ...options }: { connect: boolean } & FileOptions) => {
      const project = projectIn(process.cwd());
      const { environmentWith } = await import('./config.js');
      const env = environmentWith(process.env, { ...options, config: file });
      if (project && !env['HOLDFAST_CONFIG']) {
        const { checkProject } = await import('./project/check.js');
        return exitWith(checkProject(project, env, connect, console.log));
      }
      const { check } = await import('./check.js');
      const code = check(env, console.log);
      if (code !== EXIT.done || !connect) return exitWith(code);
      const [{ showOffered }, { holdfastFile }] = await Promise.all([
        import('./asked.js'),
        import('../config/holdfast.js'),
      ]);
      await exitWith(showOffered(holdfastFile(env).upstreams, env, console.log));
    }),
  ...createProjectCommands(process.env),
  new Command('demo')
    .description('a call whose worker is killed half-way, and its finished answer')
    .action(async () => {
      const [{ demo }, { devConfig }] = await Promise.all([import('./demo.js'), import('./config.js')]);
      await exitWith(demo(devConfig(process.env)));
    }),
  createClientCommand(cacheDir, 'call', 'call a tool and wait until it ends')
    .argument('<tool>')
    .argument('[json]', 'the arguments, a JSON object', '{}')
    .option('--key <key>', 'an idempotency key: the same key means the same job')
    .action(async (tool: string, json: string, options: CallOptions) => {
      const { call } = await import('./call.js');
      await exitWith(call(tool, json, options));
    }),
  createJobsCommand(cacheDir),
  createClientCommand(cacheDir, 'tools', 'the tools of a gateway, and the arguments of one')
    .argument('[tool]')
    .action(async (tool: string | undefined, options: CallOptions) => {
      const { tools } = await import('./tools.js');
      await exitWith(tools(tool, options));
    }),
  createEndpointCommand(
    cacheDir,
    'doctor',
    'is everything here that is needed, and is it well? Of the deployment that TEMPORAL_ADDRESS names, too',
  ).action(async (options: EndpointOptions) => {
    const [{ doctor }, { devConfig }] = await Promise.all([import('./doctor.js'), import('./config.js')]);
    await exitWith(doctor(devConfig(process.env), process.env, options));
  }),
  ...createOperatorCommands(process.env),
  new Command('gateway')
    .description('one gateway process, configured by HOLDFAST_CONFIG and the environment')
    .action(async () => {
      await import('../gateway/main.js');
    }),
  new Command('worker')
    .description('one worker process, configured by HOLDFAST_CONFIG and the environment')
    .action(async () => {
      await import('../worker/main.js');
    }),
])
  program.addCommand(command);

/** What could not be asked for at all, such as a tool that there is not, is wrong usage. */
async function exitOfError(error: unknown): Promise<number> {
  if (error instanceof NoGateway) return EXIT.unreachable;
  if (error instanceof BadSetting) return EXIT.usage;
  const { isWrongRequest } = await import('./call.js');
  return isWrongRequest(error) ? EXIT.usage : EXIT.failed;
}

exitWithUsage(program);
program.parseAsync().catch(async (error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = await exitOfError(error);
});
