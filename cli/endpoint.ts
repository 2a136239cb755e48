/** Finds the gateway and connects an MCP client to it. */
import { Client, SdkHttpError, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { BadSetting } from '../config/file';
import { secretAt } from '../config/secret';
import { version } from '../package.json';
import { readRecord } from './dev/record';
import { runningStacks } from './dev/stacks';
import { NoGateway } from './exit';
import { DEFAULT_DATA_DIR } from './folders';

/** The options of all commands that talk to a gateway. */
export interface EndpointOptions {
  /** The MCP endpoint, or the address of the gateway alone. Absent: that of the `holdfast dev` which runs in the data directory. */
  readonly url?: string;
  /** An API key of the gateway. */
  readonly apiKey?: string;
  /** A file that holds the key, where it is not given itself. */
  readonly apiKeyFile?: string;
  /** Absent: `.holdfast` here, or else the one stack of this user that runs. */
  readonly dataDir?: string;
  /** Where it is noted which stacks of this user run. */
  readonly cacheDir: string;
}

/** The one path that a gateway answers MCP at. */
const ENDPOINT = '/mcp';

/** The endpoint at an address that a person has typed, who may leave out the path. @throws BadSetting when it is no address */
export function endpointAt(typed: string): string {
  const url = /^https?:/i.test(typed) && URL.canParse(typed) ? new URL(typed) : undefined;
  if (!url)
    throw new BadSetting(`--url (or HOLDFAST_URL) wants an address such as http://127.0.0.1:8484/mcp; given: ${typed}`);
  if (url.pathname === '/') url.pathname = ENDPOINT;
  return url.href;
}

/** The address of the endpoint. @throws NoGateway when none is given and no stack runs here, or several elsewhere */
function endpointOf({ url, dataDir, cacheDir }: EndpointOptions): string {
  if (url !== undefined) return endpointAt(url);
  const here = readRecord(dataDir ?? DEFAULT_DATA_DIR)?.gateways[0]?.url;
  if (here !== undefined) return here;
  const elsewhere = runningStacks(cacheDir);
  const [only, ...others] = elsewhere;
  if (dataDir === undefined && only !== undefined && others.length === 0) {
    const found = readRecord(only)?.gateways[0]?.url;
    if (found !== undefined) {
      console.error(`No gateway runs in this folder: asking that of ${only}`);
      return found;
    }
  }
  throw new NoGateway(
    elsewhere.length === 0
      ? `No gateway runs here (${dataDir ?? DEFAULT_DATA_DIR} knows of none). Start one with npx holdfast dev in another terminal, or name one with --url (or HOLDFAST_URL).`
      : `No gateway runs here (${dataDir ?? DEFAULT_DATA_DIR} knows of none), but in other data directories. Name one of them: ${elsewhere.map((dir) => `--data-dir ${dir}`).join(', or ')}.`,
  );
}

/**
 * Connects an MCP client, in the revision of MCP that the gateway prefers.
 *
 * @throws NoGateway when the gateway does not answer or refuses the key; BadSetting when the key's file cannot be read, or the address is none
 */
export async function connect(options: EndpointOptions): Promise<Client> {
  const url = endpointOf(options);
  const client = new Client({ name: 'holdfast-cli', version }, { versionNegotiation: { mode: 'auto' } });
  const { apiKey = secretAt({ HOLDFAST_API_KEY_FILE: options.apiKeyFile }, 'HOLDFAST_API_KEY') } = options;
  const headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  try {
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  } catch (error) {
    if (error instanceof SdkHttpError && error.status === 401)
      throw new NoGateway(
        apiKey === undefined
          ? `The gateway at ${url} wants an API key: give one with --api-key <key>, or in HOLDFAST_API_KEY.`
          : `The gateway at ${url} does not know this API key: its SHA-256 is not in gateway.keys.`,
      );
    if (error instanceof SdkHttpError && error.status === 404)
      throw new NoGateway(`There is no MCP endpoint at ${url}. A gateway has it at ${ENDPOINT}: correct --url.`);
    const why = error instanceof Error ? error.message : String(error);
    throw new NoGateway(`The gateway at ${url} does not answer (${why}). Is it running?`);
  }
  return client;
}
