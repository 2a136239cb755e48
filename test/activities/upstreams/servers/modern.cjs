/** The SDK's server of 2026-07-28 over stdio. */
const { Server } = require('@modelcontextprotocol/server');
const { serveStdio } = require('@modelcontextprotocol/server/stdio');

serveStdio(() => {
  const server = new Server({ name: 'modern', version: '2' }, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/list', () => ({
    tools: ['work', 'hang'].map((name) => ({ name, inputSchema: { type: 'object' } })),
  }));
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
    if (params.name === 'hang') {
      await mcpReq.notify({
        method: 'notifications/progress',
        params: { progressToken: mcpReq._meta.progressToken, progress: 1 },
      });
      await new Promise((resolve) => mcpReq.signal.addEventListener('abort', resolve));
      process.stderr.write('cancelled\n');
    }
    return { content: [{ type: 'text', text: 'done' }] };
  });
  return server;
});
