/** The official client of the tasks extension, in one of its two generations: prints what became of each call, as JSON. */
import {
  createTaskSessionFromClient,
  resultFromTaskOutcome,
  toolDeclarationFromMcpTool,
} from '@modelcontextprotocol/ext-tasks/client';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const [generation, url] = process.argv.slice(2);
const clientInfo = { name: 'ext-tasks', version: '1' };
const accept = () => ({ action: 'accept', content: { confirm: true, name: 'Ada' } });

async function modern() {
  const capabilities = { elicitation: {}, extensions: { 'io.modelcontextprotocol/tasks': {} } };
  const client = new Client(clientInfo, { capabilities, versionNegotiation: { mode: 'auto' } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  let id = 0;
  const rawDispatch = async (request, { signal, context } = {}) => {
    const headers = new Headers({
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': request.method,
    });
    if (request.params?.name) headers.set('mcp-name', request.params.name);
    for (const [name, value] of Object.entries(context?.headers ?? {})) headers.set(name, value);
    const body = JSON.stringify({ jsonrpc: '2.0', id: `raw-${++id}`, ...request });
    const response = await fetch(url, { method: 'POST', signal, headers, body });
    const text = await response.text();
    const message = response.headers.get('content-type')?.includes('event-stream')
      ? text
          .split('\n')
          .filter((line) => line.startsWith('data:'))
          .map((line) => JSON.parse(line.slice(5)))
          .find((message) => message.id !== undefined)
      : JSON.parse(text);
    return message.error ? { kind: 'error', error: message.error } : { kind: 'result', result: message.result };
  };
  const session = createTaskSessionFromClient(client, {
    endpointId: 'holdfast',
    rawDispatch,
    v2RequestFraming: { protocolVersion: '2026-07-28', clientInfo, clientCapabilities: capabilities },
    onInputRequest: async () => accept(),
  });
  return { client, call: (name, args) => session.callTool(name, args) };
}

async function core() {
  const client = new Client(clientInfo, { capabilities: { elicitation: {} } });
  client.setRequestHandler('elicitation/create', accept);
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  const session = createTaskSessionFromClient(client, { endpointId: 'holdfast' });
  const { tools } = await client.listTools();
  const call = (name, args) => {
    const declaration = toolDeclarationFromMcpTool(tools.find((tool) => tool.name === name));
    return session.callTool(name, args, { declaration, task: { preference: 'prefer' } });
  };
  return { client, call };
}

const { client, call } = await (generation === 'core' ? core() : modern());
const seen = {};
for (const [name, args] of [
  ['greet', { name: 'Ada' }],
  ['slow_compute', { seconds: 1, label: 'x' }],
  ['confirm_delete', { filename: 'f' }],
  ['multi_input', {}],
  ['failing_job', {}],
]) {
  try {
    const { outcome } = await (await call(name, args)).settle();
    const result = resultFromTaskOutcome(outcome);
    seen[name] = { text: result.content?.[0]?.text, isError: result.isError === true };
  } catch (error) {
    seen[name] = { error: String(error?.message ?? error) };
  }
}
console.log(JSON.stringify(seen));
await client.close();
process.exit(0);
