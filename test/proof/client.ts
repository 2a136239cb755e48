/** A client as people have it, of either generation of the SDK, whose answers are kept as they came over the wire. */
import {
  Client as NewClient,
  SSEClientTransport as NewSse,
  StreamableHTTPClientTransport as NewHttp,
} from '@modelcontextprotocol/client';
import { StdioClientTransport as NewStdio } from '@modelcontextprotocol/client/stdio';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport as OldSse } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport as OldStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as OldHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CallToolResultSchema,
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type { Given } from '../../workflows/upstream-contract';

/** Generation of the SDK: `@modelcontextprotocol/sdk`, or the packages that followed it. */
export type Sdk = 'v1' | 'v2';

/** How a server is reached. */
export type Reach =
  | { readonly program: readonly string[]; readonly env: Readonly<Record<string, string>>; readonly cwd: string }
  | { readonly url: string; readonly sse?: boolean; readonly headers?: Readonly<Record<string, string>> };

/** What came of a request: the answer as it was sent, or the words of the SDK that made it an error. */
export type Outcome = { readonly result: Given } | { readonly error: string };

export interface Party {
  /** Everything that it lists, all pages in a row. */
  list(kind: 'tools' | 'resources' | 'resourceTemplates' | 'prompts'): Promise<readonly Given[]>;
  call(name: string, given: Given): Promise<Outcome>;
  read(uri: string): Promise<Outcome>;
  prompt(name: string, given: Readonly<Record<string, string>>): Promise<Outcome>;
  /** What may be meant by the beginning of an argument of a prompt. */
  complete(prompt: string, argument: string, beginning: string): Promise<Outcome>;
  /** Words of what it was asked, one for each question. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** The same as Holdfast's workers declare: servers offer some tools to those who have them only. */
const CAPABILITIES = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };
const INFO = { name: 'proof', version: '1' };
const PATIENCE = { timeout: 170_000, maxTotalTimeout: 170_000 };

/** What a person would answer, and a model. */
const ANSWERS: Given = { name: 'Ada', where: 'window', bags: 2, value: 'yes', check: true };
const SAMPLE = {
  model: 'none',
  role: 'assistant' as const,
  content: { type: 'text' as const, text: 'An answer of the model.' },
};

/** Takes what it is asked: its values for what a form has fields for. */
function accepted(params: unknown) {
  const { mode, requestedSchema } = params as { mode?: string; requestedSchema?: { properties?: object } };
  if (mode === 'url') return { action: 'accept' as const };
  const form = requestedSchema?.properties ?? {};
  const content = Object.fromEntries(Object.entries(ANSWERS).filter(([name]) => name in form)) as Record<
    string,
    string | number | boolean
  >;
  return { action: 'accept' as const, content };
}

interface Wire {
  onmessage?: ((message: never) => void) | undefined;
}

export const connect = (sdk: Sdk, reach: Reach): Promise<Party> =>
  sdk === 'v1' ? connectOld(reach) : connectNew(reach);

async function connectOld(reach: Reach): Promise<Party> {
  const transport =
    'program' in reach
      ? new OldStdio(started(reach))
      : new (reach.sse === true ? OldSse : OldHttp)(new URL(reach.url), {
          requestInit: { headers: { ...reach.headers } },
        });
  const asked: string[] = [];
  const client = new OldClient(INFO, { capabilities: CAPABILITIES });
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
    asked.push(params.message);
    return accepted(params);
  });
  client.setRequestHandler(CreateMessageRequestSchema, () => SAMPLE);
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [] }));
  const heard = hear(transport);
  await client.connect(transport, PATIENCE);
  return party(heard, asked, { ...client.getServerCapabilities() }, () => client.close(), {
    tools: (cursor) => client.listTools(cursor, PATIENCE),
    resources: (cursor) => client.listResources(cursor, PATIENCE),
    resourceTemplates: (cursor) => client.listResourceTemplates(cursor, PATIENCE),
    prompts: (cursor) => client.listPrompts(cursor, PATIENCE),
    call: (params) => client.callTool(params, CallToolResultSchema, PATIENCE),
    read: (params) => client.readResource(params, PATIENCE),
    prompt: (params) => client.getPrompt(params, PATIENCE),
    complete: (params) => client.complete(params, PATIENCE),
  });
}

async function connectNew(reach: Reach): Promise<Party> {
  const transport =
    'program' in reach
      ? new NewStdio(started(reach))
      : new (reach.sse === true ? NewSse : NewHttp)(new URL(reach.url), {
          requestInit: { headers: { ...reach.headers } },
        });
  const asked: string[] = [];
  const client = new NewClient(INFO, {
    capabilities: CAPABILITIES,
    versionNegotiation: { mode: 'sse' in reach && reach.sse ? 'legacy' : 'auto' },
  });
  client.setRequestHandler('elicitation/create', ({ params }) => {
    asked.push(params.message);
    return accepted(params);
  });
  client.setRequestHandler('sampling/createMessage', () => SAMPLE);
  client.setRequestHandler('roots/list', () => ({ roots: [] }));
  const heard = hear(transport);
  await client.connect(transport, PATIENCE);
  const fresh = { ...PATIENCE, cacheMode: 'refresh' as const };
  return party(heard, asked, { ...client.getServerCapabilities() }, () => client.close(), {
    tools: (cursor) => client.listTools(cursor, fresh),
    resources: (cursor) => client.listResources(cursor, fresh),
    resourceTemplates: (cursor) => client.listResourceTemplates(cursor, fresh),
    prompts: (cursor) => client.listPrompts(cursor, fresh),
    call: (params) => client.callTool(params, PATIENCE),
    read: (params) => client.readResource(params, PATIENCE),
    prompt: (params) => client.getPrompt(params, PATIENCE),
    complete: (params) => client.complete(params, PATIENCE),
  });
}

const started = ({ program: [command = '', ...args], env, cwd }: Extract<Reach, { program: unknown }>) => ({
  command,
  args,
  env: { ...env },
  cwd,
  stderr: 'ignore' as const,
});

type Page = Promise<{ readonly nextCursor?: string | undefined }>;
type Cursor = { readonly cursor: string } | undefined;

interface Methods extends Record<'tools' | 'resources' | 'resourceTemplates' | 'prompts', (cursor: Cursor) => Page> {
  readonly call: (params: { name: string; arguments: Record<string, unknown> }) => Promise<unknown>;
  readonly read: (params: { uri: string }) => Promise<unknown>;
  readonly prompt: (params: { name: string; arguments: Record<string, string> }) => Promise<unknown>;
  readonly complete: (params: {
    ref: { type: 'ref/prompt'; name: string };
    argument: { name: string; value: string };
  }) => Promise<unknown>;
}

function party(
  heard: Given[],
  asked: readonly string[],
  capabilities: Given,
  close: () => Promise<void>,
  methods: Methods,
): Party {
  const outcome = async (run: () => Promise<unknown>): Promise<Outcome> => {
    heard.length = 0;
    try {
      await run();
      const result = heard.at(-1)?.['result'];
      return { result: result as Given };
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) };
    }
  };
  return {
    asked,
    close,
    async list(kind) {
      const entries: Given[] = [];
      if (!((kind === 'resourceTemplates' ? 'resources' : kind) in capabilities)) return entries;
      let cursor: Cursor;
      do {
        heard.length = 0;
        const page = await methods[kind](cursor);
        for (const { result } of heard)
          entries.push(...(((result as Given | undefined)?.[kind] as Given[] | undefined) ?? []));
        cursor = 'nextCursor' in page && page.nextCursor !== undefined ? { cursor: page.nextCursor } : undefined;
      } while (cursor);
      return entries;
    },
    call: (name, given) => outcome(() => methods.call({ name, arguments: { ...given } })),
    read: (uri) => outcome(() => methods.read({ uri })),
    prompt: (name, given) => outcome(() => methods.prompt({ name, arguments: { ...given } })),
    complete: (name, argument, value) =>
      outcome(() => methods.complete({ ref: { type: 'ref/prompt', name }, argument: { name: argument, value } })),
  };
}

/** Keeps the answers that come over a transport: what the client makes of them may have lost something. */
function hear(transport: Wire): Given[] {
  const heard: Given[] = [];
  transport.onmessage = (message: Given) => {
    if ('result' in message || 'error' in message) heard.push(message);
  };
  return heard;
}
