/** The tools that search and read, on the real engine, against sites on this machine that misbehave by seed. */
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection, WorkflowFailedError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import pLimit from 'p-limit';
import { createEgress } from '../../activities/egress/egress';
import type { ModelConfig } from '../../activities/research/model';
import { createResearchSteps } from '../../activities/research/steps';
import { createSourceSteps } from '../../activities/sources/steps';
import {
  DEFAULT_POLICY,
  MEMO_JOB,
  MEMO_PROGRESS,
  MEMO_QUESTIONS,
  QUERY_PARTIAL,
  SIGNAL_ANSWER,
  isPartialResult,
  queueOf,
} from '../../workflows/contract';
import type { JobMemo, Policy } from '../../workflows/contract';
import { deepResearch } from '../../workflows/deep-research/tool';
import type { Research } from '../../workflows/deep-research/tool';
import { searchSources } from '../../workflows/search-sources/tool';
import { createAttempts } from '../../worker/attempts';
import type { Found } from '../../workflows/search-sources/tool';
import { SHORT_BUDGET_MS } from '../fixtures/budget';
import { eventually } from '../fixtures/eventually';
import { run, startTestWorker } from '../fixtures/stack';
import type { TestWorker } from '../fixtures/stack';

const QUEUE = 'research';
const SOURCES = ['wikipedia', 'hacker_news', 'folders'];

let sites: Server;
let base: string;
let folder: string;
let runtime: TestWorker;
let workers: Worker[];
let ran: Promise<unknown>;
let connection: Connection;
let native: NativeConnection;
let client: Client;

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-research-')));
  writeFileSync(
    join(folder, 'durable.md'),
    '# Durable\n\nDurable execution keeps the state of a run when a process dies.',
  );
  runtime = await startTestWorker(); // installs the SDK's runtime; its own queue is another
  const { address, bundle } = run();
  sites = createServer(answer);
  await once(sites.listen(0, '127.0.0.1'), 'listening');
  base = `127.0.0.1:${(sites.address() as AddressInfo).port}`;
  [connection, native] = await Promise.all([Connection.connect({ address }), NativeConnection.connect({ address })]);
  client = new Client({ connection });
  const egress = createEgress({ allow: [base] });
  const steps = (model: ModelConfig | undefined): object => ({
    ...createSourceSteps({
      egress,
      pages: egress, // the pages lie on this machine, too
      wikipedia: { language: 'en', baseUrl: `http://${base}` },
      hackerNews: { baseUrl: `http://${base}` },
      folders: [folder],
      feeds: [`http://${base}/feed/well`, `http://${base}/feed/ill`],
    }),
    ...createResearchSteps({ egress, model, folders: [folder] }),
  });
  const interceptors = { activity: [createAttempts().interceptor] };
  workers = await Promise.all([
    Worker.create({
      connection: native,
      taskQueue: QUEUE,
      workflowBundle: { codePath: bundle },
      activities: steps(undefined),
      interceptors,
    }),
    Worker.create({
      connection: native,
      taskQueue: queueOf('hanging'),
      activities: steps({ url: `http://${base}/model`, name: 'hanging' }),
      interceptors,
    }),
  ]);
  ran = Promise.all(workers.map((worker) => worker.run()));
});
afterAll(async () => {
  for (const worker of workers) worker.shutdown();
  await ran;
  await Promise.all([connection.close(), native.close(), runtime.stop()]);
  sites.closeAllConnections();
  sites.close();
  rmSync(folder, { recursive: true });
});

/** What is out of order just now. */
const down = new Set<string>();

/** A number between 0 and 1 that follows from the seed. */
const chance = (seed: string): number => createHash('sha256').update(seed).digest().readUInt32BE() / 2 ** 32;

const asked = new Map<string, number>();

/** Every request fares as its seed has it: the run is in the query, `well` has none. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '', `http://${base}`);
  const page = /^\/(?:page|wiki)\/(\w+)/.exec(url.pathname)?.[1];
  const query = url.searchParams.get('srsearch') ?? url.searchParams.get('query') ?? page ?? '';
  const seed = /seed\d+/.exec(query)?.[0];
  const who = `${seed ?? ''} ${page ?? url.pathname}`;
  const nth = (asked.get(who) ?? 0) + 1;
  asked.set(who, nth);
  const fate = seed === undefined ? 1 : chance(`${who} ${nth}`);
  if (query.includes('hang') || fate < 0.05 || url.pathname.startsWith('/model/')) return; // never answers
  if (down.has(url.pathname) && page === undefined) return void response.writeHead(503).end();
  if (down.has(url.pathname)) return void sites.emit('silent');
  if (fate < 0.2) return void response.writeHead(503).end();
  if (fate < 0.3) return void response.writeHead(429, { 'retry-after': '1' }).end();
  if (fate < 0.4) return void response.socket?.resetAndDestroy();
  if (fate < 0.5) return void response.writeHead(200, { 'content-type': 'application/json' }).end('<html>garbage');
  if (url.pathname === '/feed/ill') return void response.writeHead(200).end('<html>no feed</html>');
  if (url.pathname === '/feed/well')
    return void response.end(
      `<rss><item><title>Durable execution in a feed</title><link>http://${base}/page/fed</link></item></rss>`,
    );
  if (query.includes('dead')) return void response.writeHead(503).end();
  if (page !== undefined) {
    const name = page.replace(/\d+$/, ''); // such as `twin2`, which has the text of `twin`
    const text = `Durable execution of ${name} means that a run goes on where it was when a process died. `.repeat(5);
    return void response
      .writeHead(200, { 'content-type': 'text/html' })
      .end(`<html><head><title>Page ${page}</title></head><body><article><p>${text}</p></article></body></html>`);
  }
  response.writeHead(200, { 'content-type': 'application/json' });
  const address = (name: string): string => `http://${base}/page/${name}`;
  if (query.includes('twice'))
    return void response.end(
      JSON.stringify({
        hits: ['twin', 'twin?utm_source=x', 'twin2'].map((name) => ({
          title: name,
          url: address(name),
          objectID: '1',
        })),
      }),
    );
  if (url.pathname.endsWith('/search'))
    return void response.end(
      JSON.stringify({
        hits: [{ title: 'Durable news', url: address('news'), objectID: '1', created_at: '2026-01-01T00:00:00Z' }],
      }),
    );
  response.end(JSON.stringify({ query: { search: [{ title: 'Durable execution', snippet: 'durable', pageid: 7 }] } }));
}

const start = (
  type: string,
  input: unknown,
  policy: Partial<Policy>,
  ...earlier: unknown[]
): Promise<WorkflowHandle> => {
  const memo: JobMemo = {
    tool: type,
    caller: { tenant: 't', subject: 's' },
    policy: { ...DEFAULT_POLICY, ...policy },
    argsHash: '',
  };
  return client.workflow.start(type, {
    taskQueue: QUEUE,
    workflowId: randomUUID(),
    args: [input, ...earlier],
    memo: { [MEMO_JOB]: memo },
  });
};

const searching = { budgetMs: 25_000, stepTimeoutMs: 12_000, attempts: 3 };

test('100 searches of sources that misbehave all end in time, complete or honestly not', async () => {
  const inTurn = pLimit(50);
  const runs = await Promise.all(
    Array.from({ length: 100 }, (_, seed) =>
      inTurn(async () => {
        const input = { query: `durable seed${seed}`, sources: SOURCES, limit: 5, offset: 0 };
        const handle = await start('searchSources', input, searching);
        return (await handle.result()) as Found;
      }),
    ),
  );
  for (const found of runs) {
    expect(isPartialResult(found)).toBe(false); // so it ended by itself, within its budget
    const told = [...new Set([...found.hits.map(({ source }) => source), ...found.skipped.map(({ what }) => what)])];
    expect(told).toEqual(expect.arrayContaining(SOURCES.slice(0, 2)));
    expect(found.complete).toBe(found.skipped.length === 0);
    for (const { why } of found.skipped) expect(why).toMatch(/^(Wikipedia|Hacker News|Step searchSource) .*\.$/);
    if (!found.complete) expect(found.again?.args['sources']).toEqual(found.skipped.map(({ what }) => what));
  }
  const complete = runs.filter(({ complete }) => complete).length;
  expect(complete).toBeGreaterThan(0); // tried again, some answer
  expect(complete).toBeLessThan(100); // and others do not
}, 180_000);

test('a search ends within its budget whatever hangs, with what it has', async () => {
  const input = { query: 'hang', sources: SOURCES, limit: 5, offset: 0 };
  const handle = await start('searchSources', input, { ...searching, budgetMs: SHORT_BUDGET_MS });
  const partial = await handle.result();
  expect(isPartialResult(partial) && partial.value).toMatchObject({ answered: { folders: [] } });
});

test.each(['constructor', 'toString', '__proto__'])('a source called %s is one that there is not', async (name) => {
  const input = { query: 'durable', sources: [name, 'folders'], limit: 5, offset: 0 };
  expect(await (await start('searchSources', input, searching)).result()).toMatchObject({
    complete: false,
    hits: [{ source: 'folders' }],
    skipped: [{ what: name, why: expect.stringContaining('There is no source of this name.') }],
  });
});

test('a search whose sources all have wrong names is wrong input, and says which names there are', async () => {
  const input = { query: 'durable', sources: ['documents', 'gopher'], limit: 5, offset: 0 };
  await expect((await start('searchSources', input, searching)).result()).rejects.toMatchObject({
    cause: {
      type: 'invalid_input',
      message: expect.stringMatching(
        /^Nothing was searched \(documents, gopher\): There is no source of this name\..*wikipedia/,
      ),
    },
  });
});

test('a source that there is not is not worth another call', async () => {
  const input = { query: 'durable', sources: ['gopher', 'hacker_news'], limit: 5, offset: 0 };
  const found = (await (await start('searchSources', input, searching)).result()) as Found;
  expect(found).toMatchObject({ complete: false, skipped: [{ what: 'gopher' }] });
  expect(found).not.toHaveProperty('again');
});

test('hits are offered only where there may be more', async () => {
  const search = async (limit: number): Promise<Found> => {
    const input = { query: 'durable', sources: ['hacker_news'], limit, offset: 0 };
    return (await (await start('searchSources', input, searching)).result()) as Found;
  };
  expect(await search(5)).not.toHaveProperty('more');
  expect(await search(1)).toMatchObject({ more: { args: { offset: 1 } } });
});

test('research in a source that there is not is wrong input, and says so', async () => {
  const handle = await start(
    'deepResearch',
    { topic: 'durable', confirm_plan: false, pages: 2, sources: ['gopher'] },
    {},
  );
  await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'invalid_input' } });
});

test('a source that is named twice is searched once', () => {
  const once = { sources: ['folders'] };
  expect(searchSources.input.parse({ query: 'durable', sources: ['folders', 'folders'] })).toMatchObject(once);
  expect(deepResearch.input.parse({ topic: 'durable', sources: ['folders', 'folders'] })).toMatchObject(once);
});

test('a search that goes on asks only what has not answered, and counts the rest as done', async () => {
  const input = { query: 'durable', sources: SOURCES, limit: 5, offset: 0 };
  const known = { title: 'Known', url: 'https://known.example/', snippet: '', source: 'wikipedia' };
  const earlier = { answered: { wikipedia: [known], hacker_news: [] }, skipped: [] };
  const handle = await start('searchSources', input, searching, earlier);
  expect(await handle.result()).toMatchObject({ complete: true, hits: [known, { source: 'folders' }] });
  expect((await handle.describe()).memo?.[MEMO_PROGRESS]).toMatchObject({ done: 3, total: 3 });
});

test('of two feeds the one that is none is named, with the call that asks for it alone', async () => {
  const input = { query: 'durable', sources: ['feeds', 'folders'], limit: 5, offset: 0 };
  const found = (await (await start('searchSources', input, searching)).result()) as Found;
  const name = `feeds/${base}/2`;
  expect(found).toMatchObject({
    complete: false,
    hits: [{ source: 'feeds' }, { source: 'folders' }],
    skipped: [{ what: name, why: expect.stringContaining('cannot be read'), again: name }],
    hint: expect.stringContaining(name),
    again: { tool: 'search_sources', args: { sources: [name] } },
  });
  const again = searchSources.input.parse(found.again?.args);
  await expect((await start('searchSources', again, searching)).result()).resolves.toMatchObject({
    hits: [],
    skipped: [{ what: name, again: name }],
  });
});

test('a search that goes on asks what a source that answered had left out, and keeps what it had', async () => {
  const input = { query: 'durable', sources: ['feeds'], limit: 5, offset: 0 };
  const known = { title: 'Known', url: 'https://known.example/', snippet: '', source: 'feeds' };
  const late = { what: 'feeds/late', why: 'Late.', again: `feeds/${base}` };
  const rest = { what: 'feeds/other', why: 'Too much.' };
  const handle = await start('searchSources', input, searching, {
    answered: { feeds: [known] },
    skipped: [late, rest],
  });
  expect(await handle.result()).toMatchObject({
    hits: [known, { title: 'Durable execution in a feed' }],
    skipped: [rest],
  });
  expect((await handle.describe()).memo?.[MEMO_PROGRESS]).toMatchObject({ done: 2, total: 2 });
});

test('research names a feed that is none, and asks for it again when it goes on', async () => {
  const input = { topic: 'durable execution', confirm_plan: false, pages: 3, sources: ['feeds'] };
  const handle = await start('deepResearch', input, {});
  const what = `feeds/${base}/2: durable execution`;
  expect(await handle.result()).toMatchObject({
    complete: false,
    sources: [{ source: 'feeds' }],
    skipped: [{ what, why: expect.stringContaining('cannot be read') }],
  });
  const earlier = await handle.query(QUERY_PARTIAL);
  const before = asked.get(' /feed/well') ?? 0;
  const next = await start('deepResearch', input, {}, earlier);
  expect(await next.result()).toMatchObject({ complete: false, skipped: [{ what }] });
  expect((asked.get(' /feed/well') ?? 0) - before).toBe(0);
});

test('research reads what it finds, and cites it', async () => {
  const input = { topic: 'durable execution', confirm_plan: false, pages: 3, sources: SOURCES };
  const research = (await (await start('deepResearch', input, {})).result()) as Research;
  expect(research).toMatchObject({ written_by: 'extracts', queries: ['durable execution'] });
  expect(research.sources.map(({ source }) => source)).toEqual(expect.arrayContaining(['hacker_news', 'folders']));
  expect(research.report).toContain('No model has written or checked it');
  for (const { n, url } of research.sources) {
    expect(research.report).toContain(`[${n}]`);
    expect(research.report).toContain(url);
  }
});

test('a page at several addresses is counted once', async () => {
  const input = { topic: 'durable twice', confirm_plan: false, pages: 3, sources: ['hacker_news'] };
  const research = (await (await start('deepResearch', input, {})).result()) as Research;
  expect(research).toMatchObject({ complete: true, sources: [{ n: 1 }], skipped: [] });
  expect(asked.get(' twin')).toBe(1);
  expect(asked.get(' twin2')).toBe(1);
});

test('a dead source does not sink the report', async () => {
  const input = { topic: 'durable dead', confirm_plan: false, pages: 3, sources: SOURCES };
  const research = (await (
    await start('deepResearch', input, { attempts: 2, retryInitialMs: 50 })
  ).result()) as Research;
  expect(research.complete).toBe(false);
  expect(research.skipped.map(({ what }) => what).join()).toMatch(/wikipedia.*hacker_news|hacker_news.*wikipedia/);
  expect(research.sources).toMatchObject([{ source: 'folders' }]);
});

describe('research that was stopped goes on', () => {
  const input = { topic: 'durable', confirm_plan: false, pages: 3, sources: ['wikipedia', 'hacker_news', 'folders'] };
  let earlier: unknown;
  beforeAll(async () => {
    down.add('/w/api.php').add('/page/news');
    const reading = once(sites, 'silent');
    const handle = await start('deepResearch', input, { attempts: 1 });
    await reading;
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
    earlier = await handle.query(QUERY_PARTIAL);
    down.delete('/page/news');
  });
  afterAll(() => down.clear());

  test('and names what still cannot be searched', async () => {
    const handle = await start('deepResearch', input, { attempts: 1 }, earlier);
    expect(await handle.result()).toMatchObject({
      complete: false,
      skipped: [{ what: 'wikipedia: durable', why: 'Wikipedia answered 503. Try again later.' }],
    });
    expect((await handle.describe()).memo?.[MEMO_PROGRESS]).toMatchObject({ done: 3, total: 4 });
  });

  test('with the searches that failed, and what they find is read', async () => {
    down.clear();
    const research = (await (await start('deepResearch', input, { attempts: 1 }, earlier)).result()) as Research;
    expect(research).toMatchObject({ complete: true, skipped: [] });
    expect(research.sources.map(({ source }) => source).sort()).toEqual(['folders', 'hacker_news', 'wikipedia']);
  });
});

test('a model that never answers costs no report, and is named', async () => {
  const input = { topic: 'durable execution', confirm_plan: false, pages: 3, sources: SOURCES };
  const handle = await start('deepResearch', input, { budgetMs: 10_000, queue: 'hanging' });
  const why = 'The language model did not answer in time. Try again later.';
  expect(await handle.result()).toMatchObject({
    complete: false,
    written_by: 'extracts',
    skipped: [
      { what: 'a plan by the language model', why },
      { what: 'a report by the language model', why },
    ],
  });
});

test('a person may amend the plan before anything is searched', async () => {
  const input = { topic: 'what is durable?', confirm_plan: true, pages: 1, sources: ['folders'] };
  const handle = await start('deepResearch', input, {});
  const question = await eventually('a question', async () => {
    const open = (await handle.describe()).memo?.[MEMO_QUESTIONS] as { key: string; message: string }[] | undefined;
    return open?.[0];
  });
  expect(question.message).toContain('what is durable?');
  await handle.signal(SIGNAL_ANSWER, {
    key: question.key,
    action: 'accept',
    content: { queries: 'durable\n\nexecution ' },
  });
  expect(await handle.result()).toMatchObject({ queries: ['durable', 'execution'] });
});

test('a plan that is declined is the end of it', async () => {
  const handle = await start(
    'deepResearch',
    { topic: 'durable', confirm_plan: true, pages: 1, sources: ['folders'] },
    { askMs: 300 },
  );
  await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'refused' } });
});
