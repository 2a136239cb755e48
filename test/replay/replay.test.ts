/** Saved histories replay on the present code: what is running when this is deployed goes on. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DeterminismViolationError } from '@temporalio/workflow';
import { Worker } from '@temporalio/worker';
import { pino } from 'pino';
import { installRuntime } from '../../worker/runtime';
import * as workflows from '../../workflows';
import { run } from '../fixtures/stack';

beforeAll(() => installRuntime(pino({ level: 'silent' })));

const HISTORIES = join(__dirname, 'histories');
const names = readdirSync(HISTORIES);

interface History {
  readonly events: readonly {
    readonly activityTaskScheduledEventAttributes?: { readonly activityType: { name: string } };
    readonly workflowExecutionStartedEventAttributes?: {
      readonly workflowType: { readonly name: string };
      readonly workflowId: string;
    };
  }[];
}

const read = (name: string): History => JSON.parse(readFileSync(join(HISTORIES, name), 'utf8')) as History;
/** Replays histories one after the other. Returns what is wrong with each: undefined where it replays. */
async function replay(histories: readonly History[]): Promise<(Error | undefined)[]> {
  // Under the id that it had: a job names its callback's workflow after itself.
  const given = histories.map((history) => ({
    history,
    workflowId: history.events[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? '',
  }));
  const errors: (Error | undefined)[] = [];
  for await (const { error } of Worker.runReplayHistories({ workflowBundle: { codePath: run().bundle } }, given))
    errors.push(error);
  return errors;
}

test('every exported workflow has a history', () => {
  const types = names.map((name) => read(name).events[0]?.workflowExecutionStartedEventAttributes?.workflowType.name);
  expect(types).toEqual(expect.arrayContaining(Object.keys(workflows)));
});

describe('history', () => {
  let errors: readonly (Error | undefined)[];
  beforeAll(async () => {
    errors = await replay(names.map(read));
  });

  test.each(names.map((name, n) => [name, n] as const))('%s replays', (_name, n) => {
    expect(errors).toHaveLength(names.length);
    expect(errors[n]).toBeUndefined();
  });
});

test('a change that jobs in flight would not survive is found', async () => {
  const history = read('walk-done.json');
  const scheduled = history.events.find((event) => event.activityTaskScheduledEventAttributes);
  if (scheduled?.activityTaskScheduledEventAttributes)
    scheduled.activityTaskScheduledEventAttributes.activityType.name = 'renamed';
  expect(await replay([history])).toEqual([expect.any(DeterminismViolationError)]);
});
