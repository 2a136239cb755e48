/** What the steps of research make of a model's answers, as servers of many kinds send them. */
import { buffer } from 'node:stream/consumers';
import { createResearchSteps } from '../../../activities/research/steps';
import { HOLD_MS, longestHold } from '../../fixtures/longest-hold';
import { body, html, json, run, site } from '../sources/world';
import type { Answer } from '../sources/world';

const notes = [
  {
    url: 'https://a.example/',
    title: 'A',
    source: 'feeds',
    sentences: ['Retries repeat what failed, see https://q.example/x.'],
  },
  { url: 'https://b.example/', title: 'B', source: 'feeds', sentences: ['Timers outlive the process that set them.'] },
];
const given = { topic: 'durable timers', queries: ['timers'], notes, modelMs: 10_000 };
const planned = { topic: 'timers', modelMs: 10_000 };

const stepsWith = async (answer: Answer) => {
  const { url, egress } = await site(answer);
  return createResearchSteps({ egress, folders: [], model: { url: `${url}/v1`, name: 'small' } });
};
const says = (content: unknown, finish_reason = 'stop'): Answer =>
  json({ choices: [{ message: { content }, finish_reason }] });

test('what a model thinks is neither searched for nor written', async () => {
  const { planResearch } = await stepsWith(says('<think>\n1. secret\n</think>\n1. 5G rollout\n2. timers'));
  expect(await run(planResearch, planned)).toEqual({ queries: ['5G rollout', 'timers'], skipped: [] });
  const { composeReport } = await stepsWith(says('secret\n</think>\n# Report\n\nThey outlive it [2].'));
  const { report, skipped } = await run(composeReport, given);
  expect(report).toMatch(/^# Report\n\nThey outlive it \[2\]\.\n\n## Sources\n/);
  expect(report).not.toContain('secret');
  expect(skipped).toEqual([]);
});

test.each([
  ['length', 'broken off at the longest answer'],
  ['content_filter', 'held back in part by a filter'],
])('a report that ends with %s is kept, and says so in itself and beside it', async (reason, why) => {
  const { composeReport } = await stepsWith(says('They outlive', reason));
  const { report, written_by, skipped } = await run(composeReport, given);
  expect([written_by, skipped]).toEqual([
    'model',
    [{ what: 'a part of the report by the language model', why: expect.stringContaining(why) }],
  ]);
  expect(report).toMatch(new RegExp(`^They outlive\n\n\\*\\(The answer of the language model was ${why}`));
});

test('a plan that is broken off is searched without its last line, and says so', async () => {
  const { planResearch } = await stepsWith(says('timers\nretr', 'length'));
  expect(await run(planResearch, planned)).toEqual({
    queries: ['timers'],
    skipped: [{ what: 'a part of the plan by the language model', why: expect.stringContaining('broken off') }],
  });
});

test('thoughts that took all of the answer are no report', async () => {
  const { composeReport } = await stepsWith(says('<think>for ever', 'length'));
  expect(await run(composeReport, given)).toMatchObject({
    written_by: 'extracts',
    skipped: [{ why: expect.stringMatching(/answered with nothing\. .*broken off/) }],
  });
});

test('citations and links of its own are taken out of a report, and said', async () => {
  const { composeReport } = await stepsWith(
    says(
      'Yes [1][9], [look](https://made.example/), https://q.example/x.\n\n## References\n\n[9] https://made.example/',
    ),
  );
  const { report, skipped } = await run(composeReport, given);
  expect(report).not.toContain('made.example');
  expect(report).toMatch(/^Yes \[1\], look, https:\/\/q\.example\/x\.\n\n## Sources\n\n1\. /);
  expect(skipped.map(({ why }) => why)).toEqual([expect.stringContaining('[9]'), expect.stringContaining('a link')]);
});

test('a report that is nothing but a list of sources is none', async () => {
  const { composeReport } = await stepsWith(says('## Sources\n\n1. https://made.example/'));
  expect(await run(composeReport, given)).toMatchObject({ written_by: 'extracts', skipped: [{}] });
});

test('an answer in parts or as a stream is read', async () => {
  const parts = await stepsWith(
    says([
      { type: 'thinking', thinking: 'no' },
      { type: 'text', text: 'timers' },
    ]),
  );
  expect(await run(parts.planResearch, planned)).toMatchObject({ queries: ['timers'] });
  const stream =
    'data: {"choices":[{"delta":{"content":"tim"}}]}\n\ndata: {"choices":[{"delta":{"content":"ers"}}]}\n\ndata: [DONE]\n\n';
  const streamed = await stepsWith(body('text/event-stream', stream));
  expect(await run(streamed.planResearch, planned)).toMatchObject({ queries: ['timers'], skipped: [] });
});

test.each<[string, Record<string, string>, object, number]>([
  ['a header', { 'retry-after': '7' }, {}, 7],
  ['a header of milliseconds', { 'retry-after-ms': '1500' }, {}, 2],
  ['the body', {}, { retry_after: 20 }, 20],
  ['its error', {}, { error: { message: 'x', retry_after: '12.5' } }, 13],
  ['its words', {}, { error: { message: 'Rate limit reached. Please try again in 1m20s.' } }, 80],
  ['its details', {}, { error: { code: 429, details: [{ '@type': 'x' }, { retryDelay: '41s' }] } }, 41],
])('a limit of requests with its time in %s is passed on', async (_where, headers, refusal, seconds) => {
  const { planResearch } = await stepsWith((_request, response) =>
    response.writeHead(429, headers).end(JSON.stringify(refusal)),
  );
  expect(await run(planResearch, planned)).toMatchObject({
    queries: ['timers'],
    skipped: [{ why: expect.stringContaining('answered 429'), retry_after_s: seconds }],
  });
});

test('a limit of money is not one that time lifts', async () => {
  const { planResearch } = await stepsWith((_request, response) =>
    response.writeHead(429).end(JSON.stringify({ error: { message: 'x', code: 'insufficient_quota' } })),
  );
  const { skipped } = await run(planResearch, planned);
  expect(skipped[0]?.why).toBe('The language model answered 429: nothing is left to spend there.');
});

describe('JSON by a schema', () => {
  /** A model that answers each request as `answer` has it, and what it was asked. */
  const asked = async (answer: (hasSchema: boolean) => Answer) => {
    const requests: { response_format?: object }[] = [];
    const steps = await stepsWith((request, response) => {
      void buffer(request).then((sent) => {
        const parsed = JSON.parse(sent.toString()) as { response_format?: object };
        requests.push(parsed);
        answer(parsed.response_format !== undefined)(request, response);
      });
    });
    return { steps, requests };
  };

  test('is asked for, and read', async () => {
    const { steps, requests } = await asked(() => says('{"queries":["5G rollout"]}'));
    expect(await run(steps.planResearch, planned)).toEqual({ queries: ['5G rollout'], skipped: [] });
    expect(requests[0]?.response_format).toMatchObject({ type: 'json_schema' });
  });

  test('is done without where the endpoint cannot, then and ever after', async () => {
    const refused: Answer = (_request, response) => response.writeHead(400).end('{}');
    const { steps, requests } = await asked((hasSchema) => (hasSchema ? refused : says('timers')));
    expect(await run(steps.planResearch, planned)).toEqual({ queries: ['timers'], skipped: [] });
    await run(steps.planResearch, planned);
    expect(requests.map(({ response_format: format }) => format !== undefined)).toEqual([true, false, false]);
  });

  test('is not asked for twice of a model that refuses for another reason', async () => {
    const { steps, requests } = await asked(() => (_request, response) => response.writeHead(401).end());
    expect(await run(steps.planResearch, planned)).toMatchObject({ skipped: [{}] });
    expect(requests).toHaveLength(1);
  });
});

test.each([
  ['thoughts in thoughts', '<think>\n'],
  ['ends of thoughts', '</think>\n'],
  ['brackets', '['],
  ['brackets in brackets', '[a]('],
  ['pictures', '![a](b'],
  ['citations', '[1,'],
  ['emphasis', '**a'],
  ['quotes', '"'],
  ['fences', '```\n'],
  ['channels', '<|channel|>final<|message|>'],
  ['numbers', '1. '],
  ['addresses', 'https://a.b/('],
  ['spaces', ' \t'],
])('an answer of nothing but %s holds nobody up', async (_what, piece) => {
  const { planResearch, composeReport } = await stepsWith(says(`a\n${piece.repeat(100_000 / piece.length)}\nb`));
  const held = await longestHold(async () => {
    await run(planResearch, planned);
    await run(composeReport, given);
  });
  expect(held).toBeLessThan(HOLD_MS);
});

describe('a page', () => {
  const noted = async (page: string, snippet = '') => {
    const { url, egress } = await site(html(page));
    const { takeNotes } = createResearchSteps({ egress, folders: [], model: undefined });
    return run(takeNotes, { topic: 'sagas', queries: [], hit: { title: 'T', url, snippet, source: 'feeds' } });
  };
  const sentence = 'Sagas undo their steps in the reverse order, one after the other.';

  test('is searched to its end, far beyond what is shown of one', async () => {
    const { sentences, lack } = await noted(`${'<p>Nothing of this is about it at all. '.repeat(3_000)}<p>${sentence}`);
    expect([sentences, lack]).toEqual([[sentence], undefined]);
  });

  test('that is longer than what is read of it says so', async () => {
    const { lack } = await noted(`<p>${sentence}${'<p>Nothing of this is about it at all. '.repeat(15_000)}`);
    expect(lack).toBe('The page is longer than what was read of it.');
  });

  test('says where it is and what its text is, so that it counts once', async () => {
    const [one, other] = [await noted(`<p>${sentence}`), await noted(`<p>${sentence}`)];
    expect(one.page?.url).not.toBe(other.page?.url);
    expect(one.page?.text).toBe(other.page?.text);
  });
});
