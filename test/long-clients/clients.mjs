/** One agent framework, by name: calls a tool that takes longer than its timeout, follows the handle, prints what it saw as JSON. */
import { createRequire } from 'node:module';

const [name, url, seconds] = process.argv.slice(2);
const args = { seconds: Number(seconds), label: name };

/** Each returns a function that calls a tool and gives its text. */
const clients = {
  async 'ai-sdk'() {
    const { createMCPClient } = await import('@ai-sdk/mcp');
    const client = await createMCPClient({ transport: { type: 'http', url } });
    const tools = await client.tools();
    return (tool, input) => tools[tool].execute(input, { toolCallId: '1', messages: [] });
  },
  async langchain(onProgress) {
    const { MultiServerMCPClient } = await import('@langchain/mcp-adapters');
    const client = new MultiServerMCPClient({ mcpServers: { holdfast: { transport: 'http', url } }, onProgress });
    const tools = await client.getTools();
    return (tool, input) => tools.find((one) => one.name === tool).invoke(input);
  },
  async 'openai-agents'() {
    const { MCPServerStreamableHttp } = await import('@openai/agents');
    const server = new MCPServerStreamableHttp({ url, name: 'holdfast' });
    await server.connect();
    return (tool, input) => server.callTool(tool, input);
  },
  async mastra() {
    const { MCPClient } = await import('@mastra/mcp');
    const client = new MCPClient({ servers: { holdfast: { url: new URL(url) } } });
    const tools = await client.listTools();
    return (tool, input) => tools[`holdfast_${tool}`].execute(input, {});
  },
  async 'mcp-remote'(onProgress) {
    const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');
    const { StdioClientTransport } = await import('@modelcontextprotocol/sdk/client/stdio.js');
    const script = createRequire(import.meta.url).resolve('mcp-remote/dist/proxy.js');
    const client = new Client({ name: 'stdio-client', version: '1' });
    const remote = [script, url, '--allow-http', '--transport', 'http-only'];
    await client.connect(new StdioClientTransport({ command: process.execPath, args: remote, stderr: 'ignore' }));
    return (tool, input) => client.callTool({ name: tool, arguments: input }, undefined, { onprogress: onProgress });
  },
};

let progress = 0;
const startedAt = Date.now();
const call = await clients[name](() => (progress += 1));
let calls = 1;
let text = JSON.stringify(await call('slow_compute', args));
const firstS = Math.round((Date.now() - startedAt) / 1000);
for (let id; !text.includes('Computed') && (id = /job_[0-9a-z]{16}/.exec(text)?.[0]); calls += 1)
  text = JSON.stringify(await call('job_wait', { job_ids: [id] }));
console.log(
  JSON.stringify({
    name,
    answered: text.includes('Computed'),
    calls,
    firstS,
    progress,
    totalS: Math.round((Date.now() - startedAt) / 1000),
    ...(!text.includes('Computed') && { text: text.slice(0, 300) }),
  }),
);
process.exit(0);
