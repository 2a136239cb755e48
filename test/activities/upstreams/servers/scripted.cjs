/** An MCP server over stdio that does what its tools are called after, most of it wrong. It writes down what it receives. */
const { appendFileSync } = require('node:fs');
const { spawn } = require('node:child_process');
const { createInterface } = require('node:readline');

const { RECORD, STUBBORN, DIES_ON_PROBE, SILENT_ON_PROBE } = process.env;
const record = (what) => RECORD && appendFileSync(RECORD, `${JSON.stringify(what)}\n`);
const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const text = (id, words) => send({ id, result: { content: [{ type: 'text', text: words }] } });

if (STUBBORN) {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => undefined);
  setInterval(() => undefined, 1000);
  // A child of the child, which ignores everything, too.
  spawn(
    process.execPath,
    ['-e', 'for (const s of ["SIGTERM","SIGHUP"]) process.on(s, () => 0); setInterval(() => 0, 1000)'],
    {
      stdio: 'ignore',
    },
  ).once('spawn', function () {
    record({ grandchild: this.pid });
  });
}
record({ started: process.pid, env: process.env });
process.stderr.write('the server speaks to its operator\n');

let description = 'first';
const TOOLS = [
  'echo',
  'die',
  'hang',
  'wrong-id',
  'flood',
  'huge',
  'deep',
  'progress',
  'ask',
  'sample',
  'roots',
  'change',
  'change-silently',
  'noise',
  'refuse',
  'twice',
  'task',
  'big',
  'open',
  'ask-to-open',
];
const tools = () =>
  TOOLS.map((name) => ({
    name,
    description: name === 'echo' ? description : name,
    inputSchema: { type: 'object', definitions: { z: {}, a: {} }, properties: {} },
    ...(name === 'task' && { execution: { taskSupport: 'required' } }),
  }));

const waiting = new Map();
let tasksAsked = 0;
let opened = 0;

const calls = {
  echo: (id, params) => text(id, JSON.stringify(params.arguments)),
  die: () => process.exit(3),
  hang: () => undefined,
  'wrong-id': (id, params) => {
    send({ id: 'h999', result: { content: [] } });
    send({ id: 12345, result: { content: [] } });
    send({ id: { no: 'id' }, result: 'not a result' });
    text(id, 'right');
  },
  flood: (id, { _meta }) => {
    for (let n = 0; n < 20_000; n += 1)
      send({
        method: 'notifications/progress',
        params: { progressToken: n % 2 ? 'nobody' : _meta.progressToken, progress: n },
      });
    for (let n = 0; n < 2_000; n += 1) send({ method: 'notifications/tools/list_changed' });
    text(id, 'after the flood');
  },
  huge: (id) => text(id, 'x'.repeat(200_000)),
  deep: (id) => process.stdout.write(`{"jsonrpc":"2.0","id":"${id}","result":${'['.repeat(100)}${']'.repeat(100)}}\n`),
  big: (id) => text(id, 'x'.repeat(1_600_000)),
  progress: (id, { _meta }) => {
    send({
      method: 'notifications/progress',
      params: { progressToken: _meta.progressToken, progress: 1, total: 2, message: 'half' },
    });
    text(id, 'done');
    send({ method: 'notifications/progress', params: { progressToken: _meta.progressToken, progress: 2, total: 2 } });
  },
  ask: (id) => {
    waiting.set('q1', (answer) => text(id, JSON.stringify(answer.result ?? answer.error)));
    send({
      id: 'q1',
      method: 'elicitation/create',
      params: { message: 'Sure?', requestedSchema: { type: 'object', properties: {} } },
    });
  },
  sample: (id) => {
    waiting.set('s1', (answer) => text(id, JSON.stringify(answer.result ?? answer.error)));
    send({ id: 's1', method: 'sampling/createMessage', params: { messages: [], maxTokens: 5 } });
  },
  roots: (id) => {
    waiting.set('r1', (answer) => text(id, JSON.stringify(answer.result ?? answer.error)));
    send({ id: 'r1', method: 'roots/list' });
  },
  change: (id) => {
    description = 'second';
    send({ method: 'notifications/tools/list_changed' });
    text(id, 'changed');
  },
  'change-silently': (id) => {
    description = 'second';
    text(id, 'changed');
  },
  noise: (id) => {
    process.stdout.write('npm notice: there is a new version\n{"not":"a message"}\n{broken\n\n');
    text(id, 'heard');
  },
  refuse: (id) => send({ id, error: { code: -32602, message: 'The city is unknown.', data: { city: 'X' } } }),
  twice: (id) => {
    text(id, 'first');
    text(id, 'second');
  },
  // Begins once somebody has opened an address, which is another one each time until it has been told so.
  open: (id, { arguments: { ready, url = 'https://example.com/let-in' } }) => {
    opened += 1;
    if (opened > (ready ?? 1)) return text(id, 'let in');
    const elicitations = [{ mode: 'url', elicitationId: `e${opened}`, url, message: 'Let us in.' }];
    send({ id, error: { code: -32042, message: 'Somebody has to let us in.', data: { elicitations } } });
  },
  'ask-to-open': (id, { arguments: { url } }) => {
    waiting.set('u1', (answer) => text(id, JSON.stringify(answer.result ?? answer.error)));
    send({
      id: 'u1',
      method: 'elicitation/create',
      params: { mode: 'url', elicitationId: 'e', url, message: 'Let us in.' },
    });
  },
  task: (id) => send({ id, result: { task: { taskId: 't1', status: 'working', pollInterval: 250, ttl: null } } }),
};

createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line);
  record(message);
  const { id, method, params = {} } = message;
  if (method === undefined) return waiting.get(id)?.(message);
  switch (method) {
    case 'server/discover':
      if (DIES_ON_PROBE) process.exit(1);
      if (SILENT_ON_PROBE) return undefined;
      return send({ id, error: { code: -32601, message: 'Method not found' } });
    case 'initialize':
      return send({
        id,
        result: {
          protocolVersion: '2025-11-25',
          capabilities: { tools: { listChanged: true }, tasks: { requests: { tools: { call: {} } }, cancel: {} } },
          serverInfo: { name: 'scripted', version: '1' },
        },
      });
    case 'tools/list':
      return send({ id, result: { tools: tools() } });
    case 'tools/call':
      return calls[params.name]?.(id, params);
    case 'tasks/get':
      tasksAsked += 1;
      return send({
        id,
        result: {
          taskId: params.taskId,
          status: tasksAsked > 2 ? 'completed' : 'working',
          statusMessage: `look ${tasksAsked}`,
          pollInterval: 200,
        },
      });
    case 'tasks/result':
      return text(id, `result of ${params.taskId}`);
    case 'tasks/cancel':
      return send({ id, result: { taskId: params.taskId, status: 'cancelled' } });
    case 'resources/read':
      if (params.uri === 'closed:') return calls.open(id, { arguments: {} });
      return send({ id, result: { contents: [{ uri: params.uri, text: String(process.pid) }] } });
    case 'ping':
      return send({ id, result: {} });
    case 'completion/complete':
      return send({ id, error: { code: -32601, message: 'Method not found' } });
  }
});
