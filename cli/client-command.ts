/** The commands that talk to a gateway, and the options that all of them have. */
import { Command, Option } from 'commander';
import { DEFAULT_DATA_DIR } from './folders';

/** Makes one that prints an MCP result. Its action gets the options of an endpoint, and whether JSON is wanted. */
export function createClientCommand(cacheDir: string, name: string, description: string): Command {
  return createEndpointCommand(cacheDir, name, description).option('--json', 'print the MCP result as JSON', false);
}

/**
 * Makes one. Its action gets the options of an endpoint.
 *
 * @param cacheDir - where it is noted which stacks of this user run
 */
export function createEndpointCommand(cacheDir: string, name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .addOption(new Option('--url <url>', 'the MCP endpoint; default: the stack that runs here').env('HOLDFAST_URL'))
    .addOption(new Option('--api-key <key>', 'an API key of the gateway').env('HOLDFAST_API_KEY'))
    .addOption(new Option('--api-key-file <path>', 'a file that holds it').env('HOLDFAST_API_KEY_FILE'))
    .addOption(
      new Option(
        '--data-dir <dir>',
        `where the running stack keeps its data; default: ${DEFAULT_DATA_DIR}, or wherever your one stack does that runs`,
      ).env('HOLDFAST_DATA_DIR'),
    )
    .hook('preAction', (command) => {
      command.setOptionValue('cacheDir', cacheDir);
      for (const option of ['url', 'apiKey', 'apiKeyFile', 'dataDir'])
        if (command.getOptionValue(option) === '') command.setOptionValue(option, undefined); // Compose passes on what is not set so
      // What is typed goes before what the environment says.
      const typed = (option: string): boolean => command.getOptionValueSource(option) === 'cli';
      if (typed('apiKeyFile') && !typed('apiKey')) command.setOptionValue('apiKey', undefined);
    });
}
