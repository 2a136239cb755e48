/** What `/readyz` tells: no gateway is ready that could neither start a job nor find one. */
import { randomUUID } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { pino } from 'pino';
import { conditionOf } from '../../../gateway/jobs/condition';
import type { Condition, Place } from '../../../gateway/jobs/condition';
import { watchReadiness } from '../../../gateway/jobs/readiness';
import { authoredTools } from '../../../gateway/tools';
import { eventually } from '../../fixtures/eventually';
import { run } from '../../fixtures/stack';
import { tools } from '../../fixtures/workflows/tools';

let connection: Connection;
beforeAll(async () => {
  connection = await Connection.connect({ address: run().address });
});
afterAll(() => connection.close());

const placeOf = (namespace: string): Place => ({ connection, namespace, address: 'here:7233' });

test('a namespace that is there, with its search attributes, is no trouble', async () => {
  const { trouble, retentionMs = 0 } = await conditionOf(placeOf('default'), false);
  expect(trouble).toBeUndefined();
  expect(retentionMs).toBeGreaterThan(3_600_000);
});

test('a namespace that is not there is told, with the command that creates it', async () => {
  expect(await conditionOf(placeOf('nowhere'), true)).toEqual({
    trouble: expect.stringMatching(
      /^Temporal at here:7233 has no namespace nowhere: create it with temporal operator namespace create -n nowhere/,
    ),
    retentionMs: undefined,
  });
});

test('search attributes that are missing are told, and created by a gateway', async () => {
  const namespace = `plain-${randomUUID()}`;
  const workflowExecutionRetentionPeriod = { seconds: 86_400 } as never;
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod });
  const place = placeOf(namespace);
  const lacking = await eventually('Temporal knows the namespace', async () => {
    const { trouble } = await conditionOf(place, false);
    return trouble?.includes('lacks') === true ? trouble : undefined;
  });
  expect(lacking).toBe(
    `Namespace ${namespace} lacks the search attributes HoldfastTenant, HoldfastSubject, HoldfastTool: a gateway creates them if it may, or you do with temporal operator search-attribute create -n ${namespace} --name HoldfastTenant --type Keyword --name HoldfastSubject --type Keyword --name HoldfastTool --type Keyword`,
  );
  expect((await conditionOf(place, true)).trouble).toContain('they were created now');
  await eventually('a namespace with them', async () => (await conditionOf(place, true)).trouble === undefined);
});

/** A Temporal that answers with gRPC statuses: 0 is an answer. */
function answering(codes: { frontend?: number; store?: number; list?: number; add?: number }): Place {
  const answer =
    (code = 0, value: object = {}) =>
    (): Promise<object> =>
      code === 0
        ? Promise.resolve(value)
        : Promise.reject(Object.assign(new Error(`${code}`), { code, details: '', metadata: {} }));
  const fake = {
    withDeadline: (_deadline: number, ask: () => Promise<unknown>) => ask(),
    workflowService: {
      getSystemInfo: answer(codes.frontend),
      describeNamespace: answer(codes.store),
      describeWorkflowExecution: answer(codes.store ?? 5),
      countWorkflowExecutions: answer(codes.list),
    },
    operatorService: {
      listSearchAttributes: answer(codes.add, { customAttributes: {} }),
      addSearchAttributes: answer(codes.add),
    },
  };
  return { connection: fake as unknown as Connection, namespace: 'default', address: 'here:7233' };
}

test.each([
  ['a frontend whose database is gone', { store: 4, list: 4 }, 'answers, but its store does not'],
  ['a frontend without its history service', { store: 14 }, 'answers, but its store does not'],
  ['a visibility store that is gone', { list: 14 }, 'answers, but its visibility store does not'],
  ['nobody', { frontend: 4, store: 4, list: 4 }, 'is not reachable: no answer came in time'],
  ['a key that is not allowed', { frontend: 7, store: 7, list: 7 }, 'refuses us'],
  ['a key that is not allowed in this namespace', { store: 7, list: 7 }, 'refuses us'],
  [
    'missing attributes that it may not create',
    { list: 3, add: 7 },
    'this gateway may not create them: do it with temporal operator search-attribute create',
  ],
  ['a Temporal that is busy', { store: 8, list: 8 }, undefined],
])('with %s, this is told', async (_what, codes, words) => {
  const { trouble } = await conditionOf(answering(codes), true);
  if (words === undefined) expect(trouble).toBeUndefined();
  else expect(trouble).toContain(words);
});

describe('a gateway', () => {
  /** Asked again and again, with time made to pass in between. */
  async function watched(...conditions: readonly Condition[]) {
    jest.useFakeTimers({ now: 0 });
    const lines: [level: string, words: string][] = [];
    const log = pino(
      { base: null },
      {
        write: (line: string) => {
          const { level, msg } = JSON.parse(line) as { level: number; msg: string };
          lines.push([pino.levels.labels[level] ?? '', msg]);
        },
      },
    );
    let asked = 0;
    const condition = (): Promise<Condition> =>
      Promise.resolve(conditions[Math.min(asked++, conditions.length - 1)] ?? { trouble: '', retentionMs: undefined });
    const readiness = watchReadiness(condition, authoredTools(tools).values(), 'default', log);
    const states = [];
    for (let n = 0; n < conditions.length; n += 1) {
      if (n > 0) jest.advanceTimersByTime(2_000);
      states.push(await readiness.now(), await readiness.now());
    }
    readiness.stop();
    jest.useRealTimers();
    return { states, lines, asked };
  }
  const well: Condition = { trouble: undefined, retentionMs: 1e12 };
  const ill: Condition = { trouble: 'It is gone.', retentionMs: undefined };

  test('says each change once, and asks Temporal every 2 s at most', async () => {
    const { states, lines, asked } = await watched(well, well, ill, ill, well);
    expect(states.filter((_, n) => n % 2 === 0).map(({ trouble }) => trouble)).toEqual([
      undefined,
      undefined,
      'It is gone.',
      'It is gone.',
      undefined,
    ]);
    expect(lines.map(([level]) => level)).toEqual(['info', 'warn', 'info']);
    expect(asked).toBe(5);
  });

  test('warns where Temporal forgets jobs before their time is over', async () => {
    const { states, lines } = await watched({ trouble: undefined, retentionMs: 3_600_000 });
    expect(states[0]).toMatchObject({
      trouble: undefined,
      warnings: [
        expect.stringMatching(
          /^Namespace default keeps jobs that have ended for 1 h, and those of \w+ are promised for \d+ h: raise it with /,
        ),
      ],
    });
    expect(lines).toEqual([['warn', expect.stringContaining('--retention')]]);
  });
});
