/** The queries in what models answer when they are asked for some. */
import { queriesIn } from '../../../activities/research/plan-answer';

const read = (answer: string, isCut = false) => queriesIn({ answer, isCut });

test.each<[string, string, string[]]>([
  [
    'numbers that belong to the queries',
    '5G rollout\n2024 election results\n1984 novel\n3.5 mm jack\n-5 °C storage',
    ['5G rollout', '2024 election results', '1984 novel', '3.5 mm jack', '-5 °C storage'],
  ],
  [
    'numbers that belong to a list',
    '1. 5G rollout\n2. 2024 election results\n3) 1984 novel',
    ['5G rollout', '2024 election results', '1984 novel'],
  ],
  ['a number that is no list', '7. Sinfonie Beethoven\nGustav Mahler', ['7. Sinfonie Beethoven', 'Gustav Mahler']],
  ['bullets of all kinds', '- a1\n* b2\n• c3\n– d4\n+ e5', ['a1', 'b2', 'c3', 'd4', 'e5']],
  [
    'a preamble and a farewell',
    'Sure! Here are five queries:\n\n1. sagas\n2. workflows\n\nI hope this helps!',
    ['sagas', 'workflows'],
  ],
  ['a preamble without a list', 'Here are the queries:\nsagas\nOK Computer album', ['sagas', 'OK Computer album']],
  ['a fence', '```text\nsagas\nworkflows\n```', ['sagas', 'workflows']],
  ['a fence in words', 'Of course.\n```\nsagas\n```\nGood luck', ['sagas']],
  ['headings and rules', '# Plan\n\n---\nsagas', ['sagas']],
  [
    'markup',
    '1. **sagas**\n2. `workflows`\n3. *timers*\n4. <query>queues</query>',
    ['sagas', 'workflows', 'timers', 'queues'],
  ],
  ['labels', '**Query 1:** sagas\nQuery 2: workflows\n**Query 3: timers**', ['sagas', 'workflows', 'timers']],
  ['quotes around all', '"sagas"\n“workflows”\n"timers",', ['sagas', 'workflows', 'timers']],
  ['quotes around a part', '"durable execution" vs "sagas"', ['"durable execution" vs "sagas"']],
  ['C++ and C#', '- C++ coroutines\n- C# async', ['C++ coroutines', 'C# async']],
  ['one query twice', 'sagas\nSagas', ['Sagas']],
  ['JSON', '{"queries":["5G rollout","sagas"]}', ['5G rollout', 'sagas']],
  ['a list of JSON', '["sagas", "workflows"]', ['sagas', 'workflows']],
  ['JSON of records', '[{"query":"sagas","why":"x"}]', ['sagas']],
  ['JSON in a fence, behind another one', 'Let me think.\n```text\n[a plan]\n```\n```json\n["sagas"]\n```', ['sagas']],
  ['JSON in words', 'The answer is {"queries": ["sagas"]} as you asked.', ['sagas']],
  ['nothing but marks', '- \n1.\n---', []],
])('%s', (_what, answer, queries) => {
  expect(read(answer)).toEqual({ queries });
});

test('a line that is broken off is no query', () => {
  expect(read('sagas\nworkf', true)).toEqual({ queries: ['sagas'] });
});

test('more than are searched are said', () => {
  expect(read('a\nb\nc\nd\ne\nf')).toEqual({
    queries: ['a', 'b', 'c', 'd', 'e'],
    left: expect.stringContaining('named 6 queries'),
  });
});

test('a paragraph is no query, and is not cut to one', () => {
  expect(read(`sagas\n${'word '.repeat(100)}`)).toEqual({
    queries: ['sagas'],
    left: expect.stringContaining('more than 300'),
  });
});
