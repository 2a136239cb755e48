/** The options that name files of settings. They go before what the environment names. */
import { Option } from 'commander';

export const configOption = (): Option => new Option('--config <path>', 'the configuration').env('HOLDFAST_CONFIG');

export const mcpServersOption = (): Option =>
  new Option('--mcp-servers <path>', 'a file of MCP servers as other clients have it: mcp.json').env(
    'HOLDFAST_MCP_SERVERS',
  );
