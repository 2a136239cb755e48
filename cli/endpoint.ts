/** Finds the gateway and connects an MCP client to it. */
import { Client, SdkHttpError, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { secretAt } from '../config/secret';
import { version } from '../package.json';
import { readRecord } from './dev/record';

/** The options of all commands that talk to a gateway. */
export interface EndpointOptions {
  /** The MCP endpoint. Absent: that of the `holdfast dev` which runs in the data directory. */
  readonly url?: string;
  /** An API key of the gateway. */
  readonly apiKey?: string;
  /** A file that holds the key, where it is not given itself. */
  readonly apiKeyFile?: string;
  readonly dataDir: string;
}

/** No gateway answered, or it refused our API key. The message says what to do. */
export class NoGateway extends Error {
  override name = 'NoGateway';
}

/** The address of the endpoint. @throws NoGateway when none is given and no stack runs here */
function endpointOf({ url, dataDir }: EndpointOptions): string {
  const running = url ?? readRecord(dataDir)?.gateways[0]?.url;
  if (running !== undefined) return running;
  throw new NoGateway(
    `No gateway runs here (${dataDir} knows of none). Start one with npm start in another terminal, or name one with --url (or HOLDFAST_URL).`,
  );
}

/**
 * Connects an MCP client, in the revision of MCP that the gateway prefers.
 *
 * @throws NoGateway when the gateway does not answer or refuses the key; BadSetting when the key's file cannot be read
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
    const why = error instanceof Error ? error.message : String(error);
    throw new NoGateway(`The gateway at ${url} does not answer (${why}). Is it running?`);
  }
  return client;
}
