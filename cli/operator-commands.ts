/** The commands of an operator, for what the configuration alone does not do: keys, upstreams, callers, secrets. */
import { Command } from 'commander';
import { BadSetting } from '../config/file';
import { projectIn } from '../project/discover';
import type { FileOptions } from './config';
import { exitWith } from './exit';
import { configOption, mcpServersOption } from './file-options';

export const createOperatorCommands = (env: NodeJS.ProcessEnv): readonly Command[] => [
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
  new Command('upstreams')
    .description(
      'how the upstreams of the configuration are, and what is held back of their changes, in the deployment that TEMPORAL_ADDRESS names or that runs here',
    )
    .argument('[name]', 'one of them; default: all')
    .option('--accept', 'let the changes of this one count that are held back', false)
    .addOption(mcpServersOption())
    .addOption(configOption())
    .action(async (name: string | undefined, { accept, ...files }: { accept: boolean } & FileOptions) => {
      const [{ upstreams }, { environmentWith }, { holdfastFile }, { settingsHere }, { deploymentHere }] =
        await Promise.all([
          import('./upstreams.js'),
          import('./config.js'),
          import('../config/holdfast.js'),
          import('./settings.js'),
          import('./temporal.js'),
        ]);
      const withFiles = environmentWith(env, files);
      const { temporal, stack } = deploymentHere(withFiles);
      const settings = await settingsHere(withFiles, stack, projectIn(process.cwd()));
      if (!settings) throw new BadSetting('The project has mistakes: npx holdfast check tells them.');
      await exitWith(upstreams(temporal, holdfastFile(settings).upstreams, { name, accept }, console.log));
    }),
  new Command('revoke')
    .description(
      'end the schedules of a caller whose key was taken out, in the deployment that TEMPORAL_ADDRESS names or that runs here',
    )
    .argument('<caller>', '<tenant>/<subject>, as gateway.keys had them')
    .option('--jobs', 'tell the jobs that have not ended to stop, too', false)
    .action(async (who: string, { jobs }: { jobs: boolean }) => {
      const [{ revoke, wordsOf }, { callerNamed, hasKeyOf }, { deploymentHere }] = await Promise.all([
        import('./revoke.js'),
        import('./caller.js'),
        import('./temporal.js'),
      ]);
      const { temporal } = deploymentHere(env);
      const caller = callerNamed(who);
      const revoked = await revoke(temporal, caller, jobs);
      console.log(wordsOf(who, revoked, jobs, hasKeyOf(caller, env)));
    }),
  new Command('webhook-secret')
    .description('the secret that a receiver of callbacks checks their signatures with')
    .argument('<host>', 'as in worker.webhooks.allowed_hosts: host or host:port')
    .action(async (host: string) => {
      const [{ webhookSecret }, { devConfig }] = await Promise.all([
        import('./webhook-secret.js'),
        import('./config.js'),
      ]);
      console.log(webhookSecret(devConfig(env), host));
    }),
];
