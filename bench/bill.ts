/**
 * `npm run bill`: what an agent spends on waiting for a job of ten minutes. A scripted model does what the texts say, and nothing
 * else, through clients that hang up after 120, 60 and 30 s. A token is taken as four characters.
 */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { textOf } from '../test/fixtures/stack';
import { benchStack } from './stack';

const JOB_MS = 600_000;

/** The patience of the second is the default; that of the third is one line of configuration. */
const CLIENTS = [
  { name: 'claude-code', timeoutS: 120 },
  { name: 'some-agent', timeoutS: 60 },
  { name: 'hasty-agent', timeoutS: 30 },
] as const;
const CONFIG = 'gateway: { clients: { hasty-agent: { patience: 22 } } }';

interface Bill {
  readonly calls: number;
  readonly tokens: number;
}

async function billOf(url: string, { name, timeoutS }: (typeof CLIENTS)[number]): Promise<Bill> {
  const client = new Client({ name, version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  let [tool, args] = ['nap', { ms: JOB_MS } as Record<string, unknown>];
  let [calls, characters] = [0, 0];
  for (;;) {
    const answer = textOf(
      await client.callTool({ name: tool, arguments: args }, undefined, { timeout: timeoutS * 1000 }),
    );
    calls += 1;
    characters += tool.length + JSON.stringify(args).length + answer.length;
    const next = /(?:Next: |Call )(\w+)\((\{.*?\})\)/.exec(answer);
    if (!next?.[1] || !next[2]) break;
    [tool, args] = [next[1], JSON.parse(next[2]) as Record<string, unknown>];
  }
  await client.close();
  return { calls, tokens: Math.round(characters / 4) };
}

async function main(): Promise<void> {
  const stack = await benchStack(true, { HOLDFAST_PATIENCE: '45' });
  await stack.worker();
  const { url } = await stack.gateway(5, CONFIG);
  const bills = await Promise.all(CLIENTS.map((client) => billOf(url, client)));
  await stack.stop();
  CLIENTS.forEach(({ name, timeoutS }, n) => {
    const { calls, tokens } = bills[n] ?? { calls: NaN, tokens: NaN };
    console.log(
      `${name.padEnd(12)} hangs up after ${String(timeoutS).padStart(3)} s   ${calls} calls   ${tokens} tokens`,
    );
  });
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
