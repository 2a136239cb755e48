/** What deep_research does without a network: plans, notes, reports; and with a model on this machine. */
import { tellingSentencesOf } from '../../../activities/research/notes';
import { plainQueries } from '../../../activities/research/plan';
import { extractsReport } from '../../../activities/research/report';
import { createResearchSteps } from '../../../activities/research/steps';
import { HOLD_MS, longestHold } from '../../fixtures/longest-hold';
import { body, flood, html, json, run, silence, site, status } from '../sources/world';

const notes = [
  { url: 'https://a.example/', title: 'A', source: 'feeds', sentences: ['Retries repeat what has failed before.'] },
  { url: 'https://b.example/', title: 'B', source: 'feeds', sentences: ['Timers outlive the process that set them.'] },
];
const given = { topic: 'durable timers', queries: ['retries', 'timers'], notes };

const modelMs = 10_000;

const stepsWith = async (answer: Parameters<typeof site>[0]) => {
  const { url, egress } = await site(answer);
  return createResearchSteps({ egress, folders: [], model: { url: `${url}/v1`, name: 'small' } });
};

test('without a model a topic is searched as it is, and by its words', () => {
  expect(plainQueries('What is durable execution?')).toEqual(['What is durable execution?', 'durable execution']);
});

test('of a page the sentences are kept that say most on the topic, without lists and tables', () => {
  const text = [
    'Nothing here is of any interest to anyone at all, not even to its author.',
    '- **Durable** execution keeps the state of a workflow when a process dies.',
    '| durable | execution | in a table that says nothing by itself |',
    'Short one on durable execution.',
  ].join('\n');
  expect(tellingSentencesOf({ text, wanted: ['durable execution'] })).toEqual([
    'Durable** execution keeps the state of a workflow when a process dies.',
  ]);
});

test.each([
  ['Go vs C', 'Go collects its own garbage while a program runs.'],
  ['持久执行是什么？', '持久执行在进程崩溃后保留工作流的状态。'],
  ['デュラブル実行', 'デュラブル実行はプロセスが死んでも状態を保持します。'],
])('a page on "%s" is quoted where it speaks of it', (topic, sentence) => {
  const text = `Nothing of this has to do with it in any way.\n${sentence}\nNor does what comes after it, not at all.`;
  expect(tellingSentencesOf({ text, wanted: [topic] })).toEqual([sentence]);
});

test('a page that speaks of the topic in other words is quoted from its beginning', () => {
  const text = Array.from({ length: 9 }, (_, n) => `Sentence number ${n} speaks of something else altogether.`).join(
    '\n',
  );
  const sentences = tellingSentencesOf({ text, wanted: ['durable execution'] });
  expect(sentences).toHaveLength(5);
  expect(sentences[0]).toContain('number 0');
});

test('a page without a sentence is not noted', async () => {
  const { url, egress } = await site(html('<p>Sign in</p>'));
  const { takeNotes } = createResearchSteps({ egress, folders: [], model: undefined });
  const hit = { title: 'Door', url, snippet: '', source: 'feeds' };
  await expect(run(takeNotes, { topic: 'doors', queries: [], hit })).rejects.toMatchObject({
    type: 'refused',
    message: 'The page has no sentence that could be quoted.',
  });
});

test('extracts quote each sentence once, under what it answers, with its source', () => {
  const report = extractsReport(given);
  expect(report).toContain('## retries\n\n- Retries repeat what has failed before. [1]');
  expect(report.match(/Timers outlive/g)).toHaveLength(1);
  expect(report).toContain('2. [feeds] B — https://b.example/');
});

test('a model plans and writes, and its report ends with the sources', async () => {
  const { planResearch, composeReport } = await stepsWith(
    json({ choices: [{ message: { content: '1. first query\n2. "second query"' } }] }),
  );
  expect(await run(planResearch, { topic: 'timers', modelMs })).toEqual({
    queries: ['first query', 'second query'],
    skipped: [],
  });
  const { report, written_by } = await run(composeReport, { ...given, modelMs });
  expect(written_by).toBe('model');
  expect(report).toContain('## Sources');
});

test.each([
  ['refuses', status(401), 'answered 401.'],
  ['is busy', status(503, { 'retry-after': '3600' }), 'answered 503. Try again later.'],
  ['talks nonsense', html('<p>no</p>'), 'answered with something that cannot be read. Try again later.'],
  ['says nothing', json({ choices: [{ message: { content: ' ' } }] }), 'answered with nothing. Try again later.'],
  [
    'sends what is no text',
    body('application/json', '{}'),
    'answered with something that cannot be read. Try again later.',
  ],
  ['never ends', flood, 'answered with more than 3 MiB, the limit of this server.'],
  ['never answers', silence, 'did not answer in time. Try again later.'],
])('a model that %s is done without at once, and plan and report say so', async (_how, answer, why) => {
  const { planResearch, composeReport } = await stepsWith(answer);
  const skipped = (what: string) => [
    {
      what,
      why: expect.stringContaining(`The language model ${why}`),
      ...(why.includes('503') && { retry_after_s: 3_600 }),
    },
  ];
  const patience = answer === silence ? 500 : modelMs;
  expect(await run(planResearch, { topic: 'timers', modelMs: patience })).toEqual({
    queries: ['timers'],
    skipped: skipped('a plan by the language model'),
  });
  expect(await run(composeReport, { ...given, modelMs: patience })).toMatchObject({
    written_by: 'extracts',
    skipped: skipped('a report by the language model'),
  });
});

test('a model whose line is all spaces holds nobody up', async () => {
  const { planResearch } = await stepsWith(json({ choices: [{ message: { content: `a${' '.repeat(19_000)}a` } }] }));
  const held = await longestHold(async () => {
    expect(await run(planResearch, { topic: 'timers', modelMs })).toMatchObject({ queries: ['a a'] });
  });
  expect(held).toBeLessThan(HOLD_MS);
});

test('a plan without a query is none', async () => {
  const { planResearch } = await stepsWith(json({ choices: [{ message: { content: '- \n1.' } }] }));
  expect(await run(planResearch, { topic: 'timers', modelMs })).toEqual({
    queries: ['timers'],
    skipped: [{ what: 'a plan by the language model', why: 'The language model named no query.' }],
  });
});
