/**
 * An MCP server for the bench, over stdio: so many tools, which answer at once. With `changes` behind the number each listing differs
 * from the one before in a description.
 */
import { Server } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

const [count = '10', changes] = process.argv.slice(2);
let lists = 0;

const tools = Array.from({ length: Number(count) }, (_, n) => ({
  name: `say_${n}`,
  title: `Say ${n}`,
  description:
    'Says what it is given: words of the length that descriptions of servers commonly have, so that a list weighs what lists weigh.',
  inputSchema: {
    type: 'object' as const,
    properties: {
      text: { type: 'string', description: 'What is said back, as it was given, and as often as it is asked for.' },
      times: { type: 'integer', minimum: 1, maximum: 10, description: 'How often.' },
    },
    required: ['text'],
  },
  annotations: { readOnlyHint: true },
}));

serveStdio(() => {
  const server = new Server({ name: 'bench', version: '0' }, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/list', () => {
    lists += 1;
    const [first, ...others] = tools;
    return {
      tools: first && changes === 'changes' ? [{ ...first, description: `Listing ${lists}.` }, ...others] : tools,
    };
  });
  server.setRequestHandler('tools/call', ({ params }) => ({
    content: [{ type: 'text', text: String(params.arguments?.['text']) }],
  }));
  return server;
});
