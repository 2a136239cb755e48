/**
 * Canaries: secrets that would be known again wherever they turn up. A whole stack runs calls with them, and is then searched: the
 * database, logs, records, metrics and answers. They may be in none; what stands in the arguments of a call may be, and must be
 * found in the database, or nothing was searched.
 */
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { devConfig } from '../../cli/config';
import type { StackRecord } from '../../cli/dev/record';
import { findTemporalCli } from '../../cli/engine/find';
import { freePort } from '../../cli/engine/ports';
import { packageRoot } from '../../cli/root';
import { eventually } from '../fixtures/eventually';
import { legacySession, modern, post } from '../fixtures/raw';
import { createTally, mustGetIn } from './tally';
import type { Tally } from './tally';

const canary = (of: string): string => `canary${of}${randomUUID().replaceAll('-', '')}`;

/** What nobody may find. */
const SECRETS = {
  'an API key': canary('Key'),
  'a wrong API key': canary('Wrong'),
  'a credential in the URL of a call': canary('Url'),
  'a credential in the URL of a callback': canary('Hook'),
  "a credential in the endpoint's own URL": canary('Query'),
  'an idempotency key': canary('Idempotency'),
  'the secret of webhooks': canary('Webhooks'),
  'the key of the model': canary('Model'),
  'the token of a source': canary('Token'),
};
/** What is recorded with its job. */
const ARGUMENT = canary('Argument');
/** The gateways' secret lies in this file of the data folder, and nowhere else. */
const SECRET_FILE = 'secret';

/** A search, a model and a receiver of callbacks that repeat in each refusal what they were sent. */
async function echoing() {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const said = JSON.stringify(request.headers);
    asked.push(said);
    response.writeHead(401, { 'www-authenticate': said, 'x-said': said }).end(JSON.stringify({ error: said }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked, stop: () => server.close() };
}

function configuration(upstream: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'holdfast-canaries-')), 'holdfast.yaml');
  const sha256 = createHash('sha256').update(SECRETS['an API key']).digest('hex');
  const base_url = `http://${upstream}`;
  const worker = {
    egress: { allow: [upstream] },
    model: { url: `${base_url}/v1`, name: 'model', key_env: 'CANARY_MODEL' },
    sources: {
      wikipedia: false,
      hacker_news: false,
      arxiv: false,
      github: { base_url, token_env: 'CANARY_TOKEN' },
    },
    webhooks: { allowed_hosts: [upstream] },
  };
  const gateway = { keys: [{ sha256, tenant: 'acme', subject: 'ann' }], webhooks: { allowed_hosts: [upstream] } };
  writeFileSync(file, JSON.stringify({ gateway, worker }));
  return file;
}

/** A stack as `npm start` has it, and all that it prints. */
async function startStack(upstream: string) {
  const [dataDir, metrics] = [mkdtempSync(join(tmpdir(), 'holdfast-canaries-')), await freePort(0)];
  const stack = spawn(process.execPath, [join(packageRoot(), 'cli', 'holdfast.mjs'), 'dev'], {
    env: {
      ...process.env,
      HOLDFAST_CONFIG: configuration(upstream),
      HOLDFAST_DATA_DIR: dataDir,
      HOLDFAST_PORT: '0',
      HOLDFAST_METRICS: `127.0.0.1:${metrics}`,
      HOLDFAST_LOG_LEVEL: 'debug',
      HOLDFAST_WEBHOOK_SECRET: SECRETS['the secret of webhooks'],
      CANARY_MODEL: SECRETS['the key of the model'],
      CANARY_TOKEN: SECRETS['the token of a source'],
      TEMPORAL_CLI_PATH: await findTemporalCli(devConfig(process.env).engine, () => undefined),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(stack, 'exit');
  let printed = '';
  for (const out of [stack.stdout, stack.stderr]) out.on('data', (bytes: Buffer) => (printed += bytes.toString()));
  await eventually('a stack that is ready', () => {
    if (stack.exitCode !== null) throw new Error(`The stack ended: ${printed}`);
    return printed.includes('Ctrl-C stops');
  });
  const { gateways } = JSON.parse(readFileSync(join(dataDir, 'dev.json'), 'utf8')) as StackRecord;
  return {
    dataDir,
    url: gateways[0]?.url ?? '',
    metrics: [metrics, metrics + 1].map((port) => `http://127.0.0.1:${port}/metrics`),
    printed: () => printed,
    async stop() {
      stack.kill('SIGTERM');
      await exited;
    },
  };
}

/** Makes calls with every canary. Returns what was answered. */
async function callAll(url: string, upstream: string): Promise<string[]> {
  const answers: string[] = [];
  const authorization = `Bearer ${SECRETS['an API key']}`;
  const call = async (name: string, args: object, headers: Record<string, string> = {}): Promise<void> => {
    const params = { name, arguments: args };
    const { text } = await modern(url, 'tools/call', params, { authorization, 'holdfast-patience': '20', ...headers });
    answers.push(text);
  };
  const credential = SECRETS['a credential in the URL of a call'];
  for (const place of [
    `https://ann:${credential}@127.0.0.1/x`,
    `https://${credential}@127.0.0.1/x`,
    `https://127.0.0.1/x?token=${credential}`,
    `https://127.0.0.1/x#${credential}`,
    `ssh://ann:${credential}@127.0.0.1/x`,
    `ann:${credential}@127.0.0.1:x`,
  ])
    await call('analyze_repository', { url: place });
  await call('search_sources', { query: ARGUMENT });
  await call('search_sources', { query: ARGUMENT }, { 'holdfast-callback': `http://${upstream}/hook` });
  await call('search_sources', { query: 'again' }, { 'idempotency-key': SECRETS['an idempotency key'] });
  await call('deep_research', { topic: 'What is found by nobody' });
  const hook = SECRETS['a credential in the URL of a callback'];
  for (const receiver of [`https://ann:${hook}@${upstream}/`, `https://${hook}@example.com/`])
    await call('search_sources', { query: 'x' }, { 'holdfast-callback': receiver });

  const wrong = SECRETS['a wrong API key'];
  for (const header of [`Bearer ${wrong}`, `Basic ${Buffer.from(`ann:${wrong}`).toString('base64')}`, wrong])
    await call('search_sources', { query: 'x' }, { authorization: header });
  const query = SECRETS["a credential in the endpoint's own URL"];
  for (const path of [`?api_key=${query}`, `/${query}`])
    answers.push((await post(`${url}${path}`, { jsonrpc: '2.0', id: 1, method: 'ping' }, { authorization })).text);
  const session = await legacySession(url, {}, '2025-11-25', 'raw', { authorization });
  answers.push((await session.request(url, 'tools/call', { name: 'job_list', arguments: {} })).text);
  answers.push((await session.request(url, 'no/such/method')).text);
  return answers;
}

/** The program, as a stack keeps it for its running jobs. It is the same in every stack. */
const CODE = /^code[\\/]/;

/** All files of a data folder, by their names in it. */
function filesIn(folder: string): [name: string, bytes: Buffer][] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((name) => !CODE.test(name))
    .map((name) => [name, readFileSync(join(folder, name))]);
}

/** A secret as it is, and as it would look in base64, wherever it begins there. */
function formsOf(secret: string): string[] {
  const encoded = ['', 'x', 'xx'].map((before) =>
    Buffer.from(`${before}${secret}`).toString('base64').slice(4, -4).replaceAll('=', ''),
  );
  return [secret, ...encoded];
}

export async function canaries(): Promise<Tally> {
  const { tried, ...tally } = createTally();
  const upstream = await echoing();
  const stack = await startStack(upstream.host);
  const answers = await callAll(stack.url, upstream.host);
  const told = ['the key of the model', 'the token of a source'] as const;
  for (const what of told) mustGetIn(`${what}, at its own host,`, upstream.asked.join().includes(SECRETS[what]));
  await eventually('a callback', () => upstream.asked.some((headers) => headers.includes('webhook-signature')));
  const scraped = await Promise.all(stack.metrics.map(async (at) => (await fetch(at)).text()));
  const ready = await (await fetch(new URL('/readyz', stack.url))).text();
  const before = filesIn(stack.dataDir); // dev.json goes with the stack, and what was not written comes with its end
  await stack.stop();
  upstream.stop();

  const places: [name: string, bytes: Buffer][] = [...before, ...filesIn(stack.dataDir)];
  for (const [name, texts] of Object.entries({ answers, metrics: scraped, readyz: [ready], output: [stack.printed()] }))
    places.push([name, Buffer.from(texts.join('\n'))]);
  const found = (text: string): string[] => places.filter(([, bytes]) => bytes.includes(text)).map(([name]) => name);
  mustGetIn(
    'an argument, in the database,',
    found(ARGUMENT).some((name) => /\.(db|sqlite)/.test(name)),
  );
  for (const name of ['dev.json', 'ports.json', 'gateway-1.log', 'worker-1.log', 'temporal.log'])
    mustGetIn(
      `${name}, in what is searched,`,
      places.some(([place]) => place === name),
    );

  const gateways = readFileSync(join(stack.dataDir, SECRET_FILE), 'utf8').trim();
  for (const [what, secret] of Object.entries({ ...SECRETS, "the gateways' secret": gateways }))
    for (const [name, bytes] of places) {
      if (secret === gateways && name === SECRET_FILE) continue;
      tried(
        `${what} is in ${name}`,
        formsOf(secret).some((form) => bytes.includes(form)),
      );
    }
  return { tried, ...tally };
}
