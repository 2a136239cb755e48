/**
 * `npm run proof`: MCP servers that nobody here wrote, unmodified, asked directly and through Holdfast, with both generations of the
 * SDK; and HTTP APIs by the documents of others. Prints a table of what each offers, and every difference. `npm run proof -- files
 * memory` takes these alone, `npm run proof -- faults` what goes wrong in the middle of a call.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { apis, askApi, operationsOf, startStandIn } from './apis';
import type { Api, StandIn } from './apis';
import { connect } from './client';
import type { Party, Reach, Sdk } from './client';
import { differences, everythingOf } from './compare';
import { faults } from './faults';
import { install } from './install';
import { environment, startListening, startStack } from './stack';
import type { Listening, Stack } from './stack';
import { subjects } from './subjects';
import type { Subject } from './subjects';

const SDKS: readonly Sdk[] = ['v1', 'v2'];
/** How long the slowest server may take to be listed: all of them start at once. */
const LISTED_MS = 120_000;
/** Differences of one server that are told. */
const SHOWN_MAX = 20;
const chosen = process.argv.slice(2);

const keyOf = (sdk: Sdk): string => `the-key-of-${sdk}`;

/** What is asked, and where it listens. */
interface Asked {
  readonly servers: readonly Subject[];
  readonly listening: ReadonlyMap<Subject, Listening>;
  readonly apis: readonly Api[];
  readonly standIns: ReadonlyMap<Api, StandIn>;
}

/** The configuration: servers that keep no state stand in the map that other clients have. */
function configuration({ servers, listening, apis: documents, standIns }: Asked, home: string): object {
  const entry = (subject: Subject): [string, object] => {
    const { name, program, env = {}, stateful, transport, headers } = subject;
    const [command, ...args] = program;
    const url = listening.get(subject)?.url;
    const session = stateful === true ? { session: 'caller' } : {};
    if (url !== undefined)
      return [
        name,
        {
          url,
          ...(headers && { headers }),
          ...(transport === 'sse' && stateful === true && { transport }),
          ...session,
        },
      ];
    return [name, { command, args, env: environment(home, env), cwd: home, ...session }];
  };
  return {
    gateway: {
      keys: SDKS.map((sdk) => ({
        sha256: createHash('sha256').update(keyOf(sdk)).digest('hex'),
        tenant: 'proof',
        subject: sdk,
      })),
    },
    mcpServers: Object.fromEntries(servers.filter(({ stateful }) => stateful !== true).map(entry)),
    upstreams: Object.fromEntries([
      ...servers.filter(({ stateful }) => stateful === true).map(entry),
      ...documents.map((api) => [api.name, { openapi: api.file, base_url: standIns.get(api)?.url, ...api.settings }]),
    ]),
  };
}

/** Waits until something of each is offered. @returns names of those that are not, in time */
async function unlisted(all: readonly { readonly name: string }[], by: Party): Promise<string[]> {
  for (const began = performance.now(); ; await pause(500)) {
    const names = (await by.list('tools')).map(({ name }) => String(name));
    const missing = all.map(({ name }) => name).filter((name) => !names.some((tool) => tool.startsWith(`${name}_`)));
    if (missing.length === 0 || performance.now() - began > LISTED_MS) return missing;
  }
}

async function compareOne(
  subject: Subject,
  sdk: Sdk,
  direct: Reach,
  stack: Stack,
): Promise<readonly [string, string[]]> {
  const through: Reach = { url: stack.url, headers: { authorization: `Bearer ${keyOf(sdk)}` } };
  const gave = await Promise.all(
    [direct, through].map(async (reach, nth) => {
      const by = await connect(sdk, reach);
      return { by, ask: () => everythingOf(subject, by, nth === 1) };
    }),
  );
  const [before, after] = gave;
  if (!before || !after) throw new Error('There are two.');
  try {
    const given = await before.ask();
    const passed = await after.ask();
    const lines = differences(subject, given, passed);
    for (const [tool, args, text] of subject.only ?? []) {
      const outcome = await after.by.call(`${subject.name}_${tool}`, args);
      if (!JSON.stringify(outcome).includes(text)) lines.push(`${tool}: ${JSON.stringify(outcome).slice(0, 300)}`);
    }
    const { tools, resources, prompts, answers } = given;
    const asked = answers.length + (subject.only?.length ?? 0);
    return [`${tools.size} | ${resources.size} | ${prompts.size} | ${asked}`, lines];
  } finally {
    await Promise.all(gave.map(({ by }) => by.close().catch(() => undefined)));
  }
}

/** Asks all of them. @returns how much was wrong */
async function compareAll(scratch: string, home: string, withPython: boolean): Promise<number> {
  const isChosen = ({ name }: { readonly name: string }): boolean => chosen.length === 0 || chosen.includes(name);
  const servers = subjects(scratch, withPython).filter(isChosen);
  const documents = apis().filter(isChosen);
  const all = [...servers, ...documents];
  if (all.length === 0) throw new Error(`There is none of ${chosen.join(', ')}.`);
  for (const { reset } of servers) reset?.();
  const listening = new Map<Subject, Listening>();
  for (const subject of servers)
    if (subject.transport !== 'stdio') listening.set(subject, await startListening(subject, home));
  const standIns = new Map<Api, StandIn>();
  for (const api of documents) standIns.set(api, await startStandIn());
  const stack = await startStack(scratch, configuration({ servers, listening, apis: documents, standIns }, home));
  await stack.startWorker();
  const first = await connect('v2', { url: stack.url, headers: { authorization: `Bearer ${keyOf('v2')}` } });
  const missing = await unlisted(all, first);
  await first.close();

  let wrong = missing.length;
  for (const name of missing) console.log(`${name} is not listed.`);
  console.log('| server | transport | client | tools | resources | prompts | compared | differences |');
  console.log('|---|---|---|---|---|---|---|---|');
  for (const subject of servers.filter(({ name }) => !missing.includes(name)))
    for (const sdk of SDKS) {
      const { program, env = {}, transport, headers } = subject;
      const url = listening.get(subject)?.url;
      const reach: Reach =
        url === undefined
          ? { program, env: environment(home, env), cwd: home }
          : { url, ...(headers && { headers }), ...(transport === 'sse' && { sse: true }) };
      const [counts, lines] = await compareOne(subject, sdk, reach, stack).catch(
        (error: unknown): [string, string[]] => [' | | | ', [String(error)]],
      );
      wrong += lines.length;
      console.log(`| ${subject.server} | ${transport} | ${sdk} | ${counts} | ${lines.length} |`);
      for (const line of lines.slice(0, SHOWN_MAX)) console.error(`${subject.name}, ${sdk}: ${line}`);
    }
  wrong += await compareApis(
    documents.filter(({ name }) => !missing.includes(name)),
    standIns,
    stack,
  );
  await stack.stop();
  for (const { child } of listening.values()) child.kill('SIGKILL');
  for (const standIn of standIns.values()) standIn.stop();
  return wrong;
}

/** @returns how much was wrong */
async function compareApis(
  documents: readonly Api[],
  standIns: ReadonlyMap<Api, StandIn>,
  stack: Stack,
): Promise<number> {
  let wrong = 0;
  console.log('\n| document | operations | client | tools | calls | differences |\n|---|---|---|---|---|---|');
  for (const api of documents)
    for (const sdk of SDKS) {
      const standIn = standIns.get(api);
      if (!standIn) throw new Error('Each API has a stand-in.');
      const by = await connect(sdk, { url: stack.url, headers: { authorization: `Bearer ${keyOf(sdk)}` } });
      const { listed, lines } = await askApi(api, standIn, by).finally(() => by.close());
      wrong += lines.length;
      const { all, chosen: offered } = operationsOf(api);
      const operations = all === offered ? all : `${offered} of ${all}`;
      console.log(`| ${api.document} | ${operations} | ${sdk} | ${listed} | ${api.calls.length} | ${lines.length} |`);
      for (const line of lines) console.error(`${api.name}, ${sdk}: ${line}`);
    }
  return wrong;
}

/** Breaks things. @returns how much was wrong */
async function breakThings(scratch: string, home: string, withPython: boolean): Promise<number> {
  const seen = await faults(scratch, home, withPython);
  console.log('\n| fault in mid-call | tool | what the client saw | after | as it has to be |\n|---|---|---|---|---|');
  for (const { fault, repeats, words, seconds, right } of seen)
    console.log(`| ${fault} | ${repeats} | ${words} | ${seconds.toFixed(1)} s | ${right ? 'yes' : 'NO'} |`);
  return seen.filter(({ right }) => !right).length;
}

async function main(): Promise<void> {
  const withPython = install();
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-proof-'));
  const home = join(scratch, 'home');
  const commander = join(home, '.claude-server-commander');
  mkdirSync(commander, { recursive: true });
  writeFileSync(join(commander, 'config.json'), JSON.stringify({ telemetryEnabled: false }));
  const onlyFaults = chosen.length === 1 && chosen[0] === 'faults';
  const compared = onlyFaults ? 0 : await compareAll(scratch, home, withPython);
  const broken = onlyFaults || chosen.length === 0 ? await breakThings(scratch, home, withPython) : 0;
  process.exitCode = compared + broken === 0 ? 0 : 1;
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
