/**
 * The `holdfast` command, with a subcommand for everything that a person can run. Each loads what it needs: a command is a process, and to
 * load everything takes longer than most of what they do.
 */
import { Command, Option } from 'commander';
import { BadSetting } from '../config/file';
import type { TemporalConfig } from '../config/temporal';
import { version } from '../package.json';
import { projectIn } from '../project/discover';
import type { Project } from '../project/discover';
import type { CallOptions } from './call';
import { createClientCommand, createEndpointCommand } from './client-command';
import type { FileOptions } from './config';
import { countUpTo } from './count';
import type { EndpointOptions } from './endpoint';
import { EXIT, NoGateway } from './exit';
import { cacheDirOf } from './folders';
import { createJobsCommand } from './jobs';

/** A command that talks to a gateway. */
const clientCommand = (name: string, description: string): Command =>
  createClientCommand(cacheDirOf(process.env), name, description);

/** Gives wrong usage its own exit code: commander's is 1, and so is that of a job that failed. */
function exitWithUsage(command: Command): void {
  command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? EXIT.done : EXIT.usage));
  command.commands.forEach(exitWithUsage);
}

const mcpServersOption = (): Option =>
  new Option('--mcp-servers <path>', 'a file of MCP servers as other clients have it: mcp.json').env(
    'HOLDFAST_MCP_SERVERS',
  );

/** @throws BadSetting when this folder is no project */
function projectHere(): Project {
  const project = projectIn(process.cwd());
  if (project) return project;
  throw new BadSetting('There is no holdfast.config.ts (or .js) here. Make a project with: npx holdfast init <folder>');
}

/** The Temporal that the environment names, or that of the stack which runs here. @throws BadSetting where there is neither */
async function temporalHere(env: NodeJS.ProcessEnv): Promise<TemporalConfig> {
  const [{ devConfig }, { readRecord }, { temporalThere }] = await Promise.all([
    import('./config.js'),
    import('./dev/record.js'),
    import('./doctor.js'),
  ]);
  const there = temporalThere(env, readRecord(devConfig(env).dataDir));
  if (there) return there;
  throw new BadSetting('No stack runs here: name the Temporal of the deployment in TEMPORAL_ADDRESS.');
}

const exitWith = async (code: Promise<number>): Promise<void> => {
  process.exitCode = await code;
};

const program = new Command('holdfast')
  .description('A stateless MCP gateway on Temporal: every tool call becomes a durable workflow.')
  .version(version)
  .addHelpText(
    'after',
    `\nExit codes: ${Object.entries(EXIT)
      .map(([meaning, code]) => `${code} ${meaning}`)
      .join(', ')}.`,
  )
  .addCommand(
    new Command('dev')
      .description('everything on this machine: Temporal with its Web UI, workers, gateways')
      .option('--gateways <n>', 'how many gateways', countUpTo(16), 1)
      .option('--workers <n>', 'how many workers', countUpTo(16), 1)
      .addOption(mcpServersOption())
      .addOption(new Option('--config <path>', 'the configuration').env('HOLDFAST_CONFIG'))
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
  )
  .addCommand(
    new Command('check')
      .description('read a configuration as gateways and workers do: every mistake with its line, and what it comes to')
      .argument('[file]', 'the configuration; default: that of HOLDFAST_CONFIG')
      .addOption(mcpServersOption())
      .option('--connect', 'ask every upstream what it offers, and show it as models will see it', false)
      .action(async (file: string | undefined, { connect, ...options }: { connect: boolean } & FileOptions) => {
        const project = projectIn(process.cwd());
        if (project && file === undefined && !process.env['HOLDFAST_CONFIG']) {
          const { checkProject } = await import('./project/check.js');
          return exitWith(checkProject(project, console.log));
        }
        const [{ check }, { environmentWith }] = await Promise.all([import('./check.js'), import('./config.js')]);
        const env = environmentWith(process.env, { ...options, config: file });
        process.exitCode = check(env, console.log);
        if (process.exitCode !== 0 || !connect) return;
        const [{ showOffered }, { holdfastFile }] = await Promise.all([
          import('./asked.js'),
          import('../config/holdfast.js'),
        ]);
        await exitWith(showOffered(holdfastFile(env).upstreams, env, console.log));
      }),
  )
  .addCommand(
    new Command('init')
      .description('make a project of your own: one tool, its test, and what deploys it')
      .argument('<folder>')
      .option('--js', 'JavaScript in place of TypeScript', false)
      .option('--cjs', 'CommonJS in place of ES modules', false)
      .action(async (folder: string, options: { js: boolean; cjs: boolean }) => {
        const { init } = await import('./project/init.js');
        process.exitCode = init(folder, options, console.log);
      }),
  )
  .addCommand(
    new Command('build')
      .description(
        'compile the project in this folder: dist/ has its menu, its bundle, and an image for gateways and workers',
      )
      .action(async () => {
        const { buildProject } = await import('./project/build.js');
        await exitWith(buildProject(projectHere(), console.log));
      }),
  )
  .addCommand(
    new Command('test')
      .description("run the tests of the project in this folder with its own runner, or with Node's")
      .allowUnknownOption()
      .argument('[args...]', 'passed on to the runner')
      .action(async (args: readonly string[]) => {
        const { testProject } = await import('./project/test.js');
        await exitWith(testProject(projectHere(), args));
      }),
  )
  .addCommand(
    new Command('record')
      .description('keep the history of a job that has ended, to replay it on later code')
      .argument('<job>')
      .argument('[name]', 'of the file in histories/; default: its workflow and the end of its id')
      .action(async (job: string, name: string | undefined) => {
        const { record } = await import('./project/record.js');
        console.log(await record(projectHere(), await temporalHere(process.env), job, name));
      }),
  )
  .addCommand(
    new Command('replay')
      .description('run the present workflows against the histories that were kept: what jobs in flight would meet')
      .argument('[folder]', 'of the histories', 'histories')
      .action(async (folder: string) => {
        const { replay } = await import('./project/replay.js');
        await exitWith(replay(projectHere(), folder, console.log));
      }),
  )
  .addCommand(
    new Command('demo')
      .description('a call whose worker is killed half-way, and its finished answer')
      .action(async () => {
        const [{ demo }, { devConfig }] = await Promise.all([import('./demo.js'), import('./config.js')]);
        await exitWith(demo(devConfig(process.env)));
      }),
  )
  .addCommand(
    clientCommand('call', 'call a tool and wait until it ends')
      .argument('<tool>')
      .argument('[json]', 'the arguments, a JSON object', '{}')
      .option('--key <key>', 'an idempotency key: the same key means the same job')
      .action(async (tool: string, json: string, options: CallOptions) => {
        const { call } = await import('./call.js');
        await exitWith(call(tool, json, options));
      }),
  )
  .addCommand(createJobsCommand(cacheDirOf(process.env), exitWith))
  .addCommand(
    createEndpointCommand(
      cacheDirOf(process.env),
      'doctor',
      'is everything here that is needed, and is it well? Of the deployment that TEMPORAL_ADDRESS names, too',
    ).action(async (options: EndpointOptions) => {
      const [{ doctor }, { devConfig }] = await Promise.all([import('./doctor.js'), import('./config.js')]);
      await exitWith(doctor(devConfig(process.env), process.env, options));
    }),
  )
  .addCommand(
    new Command('key').description('API keys of gateways').addCommand(
      new Command('new')
        .description('make a key, and print it once with the entry of gateway.keys that holds its hash')
        .argument('<caller>', 'whom it lets in: <tenant>/<subject>')
        .option('--expires <day>', 'the last day on which it counts, such as 2027-01-31')
        .action(async (who: string, { expires }: { expires?: string }) => {
          const { newKey } = await import('./key.js');
          console.log(newKey(who, expires));
        }),
    ),
  )
  .addCommand(
    new Command('upstreams')
      .description(
        'how the upstreams of the configuration are, and what is held back of their changes, in the deployment that TEMPORAL_ADDRESS names or that runs here',
      )
      .argument('[name]', 'one of them; default: all')
      .option('--accept', 'let the changes of this one count that are held back', false)
      .addOption(mcpServersOption())
      .addOption(new Option('--config <path>', 'the configuration').env('HOLDFAST_CONFIG'))
      .action(async (name: string | undefined, { accept, ...files }: { accept: boolean } & FileOptions) => {
        const [{ upstreams }, { environmentWith }, { holdfastFile }] = await Promise.all([
          import('./upstreams.js'),
          import('./config.js'),
          import('../config/holdfast.js'),
        ]);
        const env = environmentWith(process.env, files);
        const there = await temporalHere(env);
        process.exitCode = await upstreams(there, holdfastFile(env).upstreams, { name, accept }, console.log);
      }),
  )
  .addCommand(
    new Command('revoke')
      .description(
        'end the schedules of a caller whose key was taken out, in the deployment that TEMPORAL_ADDRESS names or that runs here',
      )
      .argument('<caller>', '<tenant>/<subject>, as gateway.keys had them')
      .option('--jobs', 'tell the jobs that have not ended to stop, too', false)
      .action(async (who: string, { jobs }: { jobs: boolean }) => {
        const [{ revoke, wordsOf }, { callerNamed, hasKeyOf }] = await Promise.all([
          import('./revoke.js'),
          import('./caller.js'),
        ]);
        const there = await temporalHere(process.env);
        const caller = callerNamed(who);
        const revoked = await revoke(there, caller, jobs);
        console.log(wordsOf(who, revoked, jobs, hasKeyOf(caller, process.env)));
      }),
  )
  .addCommand(
    new Command('webhook-secret')
      .description('the secret that a receiver of callbacks checks their signatures with')
      .argument('<host>', 'as in worker.webhooks.allowed_hosts: host or host:port')
      .action(async (host: string) => {
        const [{ webhookSecret }, { devConfig }] = await Promise.all([
          import('./webhook-secret.js'),
          import('./config.js'),
        ]);
        console.log(webhookSecret(devConfig(process.env), host));
      }),
  )
  .addCommand(
    new Command('gateway')
      .description('one gateway process, configured by HOLDFAST_CONFIG and the environment')
      .action(async () => {
        await import('../gateway/main.js');
      }),
  )
  .addCommand(
    new Command('worker')
      .description('one worker process, configured by HOLDFAST_CONFIG and the environment')
      .action(async () => {
        await import('../worker/main.js');
      }),
  );

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
