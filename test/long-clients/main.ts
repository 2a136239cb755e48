/** `npm run clients`: agent frameworks call a tool for longer than their own timeout. Prints what each saw, as a table. */
import { installPrograms, judge } from '../fixtures/judges';
import { startProfile } from '../conformance/profile';

/** Longer than the 60 s that most clients give a request. */
const SECONDS = 70;
const CLIENTS = ['ai-sdk', 'langchain', 'mastra', 'mcp-remote', 'openai-agents'];

interface Seen {
  readonly name: string;
  readonly answered: boolean;
  readonly calls: number;
  readonly firstS: number;
  readonly progress: number;
  readonly totalS: number;
}

async function main(): Promise<void> {
  installPrograms('long-clients');
  const { url, stop } = await startProfile({ patienceMs: 45_000 });
  const seen = await Promise.all(
    CLIENTS.map(async (name) => {
      const { output } = await judge('long-clients/clients.mjs', [name, url, String(SECONDS)]);
      try {
        return JSON.parse(output.split('\n').find((line) => line.startsWith('{"name"')) ?? '') as Seen;
      } catch {
        return { name, answered: false, calls: 0, firstS: 0, progress: 0, totalS: 0, output: output.slice(-500) };
      }
    }),
  );
  await stop();
  console.log(`A tool that takes ${SECONDS} s; the gateway's patience is 45 s.\n`);
  console.log('| client | answered | calls | first answer after | progress heard | in all |');
  console.log('|---|---|---|---|---|---|');
  for (const { name, answered, calls, firstS, progress, totalS } of seen)
    console.log(`| ${name} | ${answered ? 'yes' : 'no'} | ${calls} | ${firstS} s | ${progress} | ${totalS} s |`);
  for (const one of seen.filter(({ answered }) => !answered)) console.error(one);
  process.exitCode = seen.every(({ answered }) => answered) ? 0 : 1;
}

void main();
