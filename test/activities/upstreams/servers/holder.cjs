/** A process that holds a stubborn server, to be killed. */
const { StdioUpstream } = require('../../../../config/upstreams');
const { createMcpUpstream } = require('../../../../activities/upstreams/mcp/mcp');

const [server, RECORD] = process.argv.slice(2);
const settings = StdioUpstream.parse({ command: process.execPath, args: [server], env: { RECORD, STUBBORN: '1' } });
const log = { info: () => undefined, warn: () => undefined };
const upstream = createMcpUpstream({ name: 'up', settings, version: '0', log });
void upstream.list(new AbortController().signal).then(() => process.send('connected'));
