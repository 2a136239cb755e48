/** What goes wrong in the middle of a call, and the words that the client sees then. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { packageRoot } from '../../cli/root';
import { connect } from './client';
import type { Outcome, Party } from './client';
import { startCutting } from './cut';
import { descendants, survivors } from './family';
import { ofNpm, ofOurs } from './install';
import { environment, startListening, startStack } from './stack';

/** What was done, what the client saw, and whether that is what had to come. */
export interface Seen {
  readonly fault: string;
  /** What the operator says of the tool. */
  readonly repeats: string;
  readonly words: string;
  readonly seconds: number;
  readonly right: boolean;
}

const EVERYTHING = '@modelcontextprotocol/server-everything/dist/index.js';
const TOOL = 'trigger-long-running-operation';
const DONE = /Long running operation completed/;
const UNKNOWN = /outcome_unknown.*is unknown, and it is not repeated/;
/** How long a call has to get from the client to the server, milliseconds. */
const UNDER_WAY_MS = 2_500;
const GONE_MS = 10_000;

/** A server of the tests that does what its tools are called after, and the words that have to come of each. */
const LIAR = join(packageRoot(), 'test', 'activities', 'upstreams', 'servers', 'scripted.cjs');
const LIES: readonly (readonly [tool: string, fault: string, wanted: RegExp])[] = [
  ['wrong-id', 'it answers to what was never asked, then rightly', /^right$/],
  ['twice', 'it answers twice', /^first$/],
  ['noise', 'it writes what is no message between its answers', /^heard$/],
  ['flood', '20,000 notices of progress and 2,000 of a change before its answer', /^after the flood$/],
  ['huge', 'an answer above limits.max_bytes', /outcome_unknown|too_large/],
  ['deep', 'an answer too deep to be read', /outcome_unknown|too_large/],
  ['echo', 'a call after all that', /\{"text":"Still there\."\}/],
];

const REPEATS = { attempts: 3 };
const ONCE = { attempts: 1 };

interface Fault {
  /** Of the upstreams `again` and `once`, and theirs over HTTP: what is called. */
  readonly tools: Readonly<Record<'again' | 'once', string>>;
  readonly fault: string;
  /** Done while both are under way. */
  readonly strike: () => Promise<void>;
  readonly expected?: Readonly<Record<'again' | 'once', RegExp>>;
}

/** @param home - a folder for the servers; `withPython`: whether FastMCP is there */
export async function faults(scratch: string, home: string, withPython: boolean): Promise<Seen[]> {
  const [command, ...args] = ofNpm(EVERYTHING);
  const changing = join(scratch, 'pay.txt');
  writeFileSync(changing, 'Pays.');
  const [python, ...script] = ofOurs('changes.py', changing);
  const stdio = { command, args, env: environment(home), cwd: home };
  const listening = await startListening(
    {
      name: 'everything',
      server: '',
      transport: 'http',
      program: ofNpm(EVERYTHING, 'streamableHttp'),
      env: { PORT: '{port}' },
      path: '/mcp',
      calls: [],
    },
    home,
  );
  const cutting = await startCutting(listening.url);
  const paying = { command: python, args: script, env: environment(home), cwd: home, policy: ONCE };
  const stack = await startStack(scratch, {
    upstreams: {
      again: { ...stdio, policy: REPEATS },
      once: { ...stdio, policy: ONCE },
      'hung-again': { ...stdio, policy: { attempts: 2 }, limits: { idle: '3 s' } },
      'hung-once': { ...stdio, policy: ONCE, limits: { idle: '3 s' } },
      'http-again': { url: cutting.url, policy: REPEATS },
      'http-once': { url: cutting.url, policy: ONCE },
      liar: {
        command: process.execPath,
        args: [LIAR],
        env: environment(home),
        cwd: home,
        policy: ONCE,
        limits: { max_bytes: 100_000 },
      },
      ...(withPython && { reports: { ...paying, on_change: 'report' }, holds: { ...paying, on_change: 'hold' } }),
    },
  });
  let worker = await stack.startWorker();
  const client = await connect('v2', { url: stack.url });
  const tools = withPython ? ['reports_pay', 'holds_pay'] : [];
  await offered(
    client,
    ['again', 'once', 'hung-again', 'hung-once', 'http-again', 'http-once']
      .map((name) => `${name}_${TOOL}`)
      .concat('liar_echo', tools),
  );
  const seen: Seen[] = [];

  const both = async ({ tools: { again, once: single }, fault, strike, expected }: Fault): Promise<void> => {
    const parties = await Promise.all([connect('v2', { url: stack.url }), connect('v2', { url: stack.url })]);
    const calls = [again, single].map((upstream, nth) => {
      const began = performance.now();
      return (parties[nth] as Party)
        .call(`${upstream}_${TOOL}`, { duration: 5, steps: 5 })
        .then((outcome) => ({ outcome, seconds: (performance.now() - began) / 1_000 }));
    });
    await pause(UNDER_WAY_MS);
    await strike();
    const [repeated, unknown] = await Promise.all(calls);
    await Promise.all(parties.map((party) => party.close()));
    const { again: wanted = DONE, once: wantedOnce = UNKNOWN } = expected ?? {};
    if (repeated) seen.push(row(fault, 'attempts above 1', repeated, wanted));
    if (unknown) seen.push(row(fault, 'attempts: 1', unknown, wantedOnce));
  };
  const servers = () => descendants(worker.pid ?? 0).filter(({ command: of }) => of.includes(EVERYTHING));

  await both({
    tools: { again: 'again', once: 'once' },
    fault: 'the process of the server is killed',
    strike: async () => {
      for (const { pid } of servers()) process.kill(pid, 'SIGKILL');
      await pause(0);
    },
  });

  await both({
    tools: { again: 'again', once: 'once' },
    fault: 'the worker is killed (kill -9)',
    strike: async () => {
      const kin = descendants(worker.pid ?? 0);
      const struck = performance.now();
      await kill(worker);
      const left = await survivors(kin, GONE_MS);
      seen.push({
        fault: 'the worker is killed (kill -9)',
        repeats: 'its children',
        words:
          left.length === 0
            ? `all ${kin.length} processes below it are gone`
            : `${left.length} of ${kin.length} live on: ${left.map(({ command: of }) => of).join('; ')}`,
        seconds: (performance.now() - struck) / 1_000,
        right: left.length === 0,
      });
      worker = await stack.startWorker();
    },
  });

  for (const [name, wanted] of [
    ['http-again', DONE],
    ['http-once', UNKNOWN],
  ] as const) {
    const cut = cutting.cutAfter('"tools/call"');
    const began = performance.now();
    const outcome = await client.call(`${name}_${TOOL}`, { duration: 3, steps: 1 });
    await Promise.race([cut, pause(1_000)]);
    const fault = 'the connection is cut behind the request';
    seen.push(
      row(
        fault,
        name === 'http-again' ? 'attempts above 1' : 'attempts: 1',
        { outcome, seconds: (performance.now() - began) / 1_000 },
        wanted,
      ),
    );
  }

  await both({
    tools: { again: 'hung-again', once: 'hung-once' },
    fault: 'the server hangs (kill -STOP), idle: 3 s',
    strike: async () => {
      for (const { pid } of servers()) process.kill(pid, 'SIGSTOP');
      await pause(0);
    },
    expected: { again: DONE, once: UNKNOWN },
  });
  for (const { pid } of servers()) process.kill(pid, 'SIGCONT');

  for (const [tool, fault, wanted] of LIES) {
    await answers(client, 'liar_echo');
    const began = performance.now();
    const outcome = await client.call(`liar_${tool}`, { text: 'Still there.' });
    seen.push(row(fault, 'attempts: 1', { outcome, seconds: (performance.now() - began) / 1_000 }, wanted));
  }

  if (withPython) {
    await kill(worker);
    writeFileSync(changing, 'Pays, and tells everybody.');
    const parties = await Promise.all(tools.map(() => connect('v2', { url: stack.url })));
    const began = performance.now();
    const calls = tools.map((tool, nth) => (parties[nth] as Party).call(tool, { amount: 5 }));
    await pause(UNDER_WAY_MS);
    worker = await stack.startWorker();
    for (const [nth, outcome] of (await Promise.all(calls)).entries()) {
      const seconds = (performance.now() - began) / 1_000;
      const wanted =
        nth === 0 ? /Paid 5.*has changed since the call was accepted/s : /has changed since the call was accepted/;
      seen.push(
        row(
          'the tool changes between accepting and calling',
          `on_change: ${nth === 0 ? 'report' : 'hold'}`,
          { outcome, seconds },
          wanted,
        ),
      );
    }
    await Promise.all(parties.map((party) => party.close()));
  }
  await client.close();
  await stack.stop();
  cutting.stop();
  listening.child.kill('SIGKILL');
  return seen;
}

/** Waits until all of these are offered. */
async function offered(client: Party, names: readonly string[]): Promise<void> {
  for (let tries = 0; tries < 240; tries += 1) {
    const tools = new Set((await client.list('tools')).map(({ name }) => name));
    if (names.every((name) => tools.has(name))) return;
    await pause(500);
  }
  throw new Error('Not all servers are listed after two minutes.');
}

/** Waits until a tool can be called: what sent too much is ended, and started again after a pause. */
async function answers(client: Party, tool: string): Promise<void> {
  for (let tries = 0; tries < 40; tries += 1) {
    const outcome = await client.call(tool, {});
    if ('result' in outcome && outcome.result['isError'] !== true) return;
    await pause(500);
  }
}

async function kill(worker: ChildProcess): Promise<void> {
  const gone = once(worker, 'exit');
  worker.kill('SIGKILL');
  await gone;
}

function row(
  fault: string,
  repeats: string,
  { outcome, seconds }: { readonly outcome: Outcome; readonly seconds: number },
  wanted: RegExp,
): Seen {
  const words = wordsOf(outcome);
  return { fault, repeats, words, seconds, right: wanted.test(words) };
}

/** All that a model reads of it. */
function wordsOf(outcome: Outcome): string {
  if ('error' in outcome) return `error: ${outcome.error}`;
  const { content, isError, _meta } = outcome.result;
  const texts = Array.isArray(content) ? content.map((block: { text?: string }) => block.text ?? '[…]') : [];
  const { 'io.holdfast/notes': notes } = (_meta ?? {}) as { readonly 'io.holdfast/notes'?: readonly string[] };
  const words = `${isError === true ? '(isError) ' : ''}${texts.join(' ')}${notes ? ` (_meta: ${notes.join(' ')})` : ''}`;
  return words.replaceAll('\n', ' ').replace(/job_\w{16}/, 'job_…');
}
