import { MockActivityEnvironment } from '@temporalio/testing';
import { createUpstreamSteps } from '../../../activities/upstreams/steps/steps';
import { createUpstreams } from '../../../activities/upstreams/steps/upstreams';
import type { Offer, Upstream } from '../../../activities/upstreams/upstream';
import { StdioUpstream } from '../../../config/upstreams';
import type { InputRequest, Listed } from '../../../workflows/upstream-contract';
import { eventually } from '../../fixtures/eventually';
import { SCRIPTED_SERVER, contextOf, newRecord, recordIn, requestOf, textOf } from './world';

const log = { info: () => undefined, warn: () => undefined };

function world(names: readonly string[]) {
  const files = new Map(names.map((name) => [name, newRecord()]));
  const settings = (changes: Record<string, object> = {}) =>
    Object.fromEntries(
      names.map((name) => [
        name,
        StdioUpstream.parse({
          command: process.execPath,
          args: [SCRIPTED_SERVER],
          env: { RECORD: files.get(name) ?? '' },
          ...changes[name],
        }),
      ]),
    );
  const upstreams = createUpstreams(settings(), { version: '0', log });
  const received = (name: string) => recordIn(files.get(name) ?? '');
  return {
    upstreams,
    settings,
    received,
    starts: (name: string) => received(name).filter((said) => 'started' in said).length,
  };
}

test('a reload touches only what has changed, and a call in flight ends on what it began with', async () => {
  const { upstreams, settings, received, starts } = world(['a', 'b']);
  for (const name of ['a', 'b']) await upstreams.get(name)?.call(requestOf('echo'), contextOf());
  let reply: ((answer: { result: object }) => void) | undefined;
  const ask = () => new Promise<{ result: Record<string, unknown> }>((resolve) => (reply = resolve as typeof reply));
  const running = upstreams.get('a')?.call(requestOf('ask'), contextOf({ ask }));
  await eventually('the question', () => reply !== undefined);
  const before = upstreams.get('b');
  upstreams.replace(settings({ a: { limits: { idle: '90 s' } } }));
  expect(upstreams.get('b')).toBe(before);
  await upstreams.get('a')?.call(requestOf('echo'), contextOf());
  expect([starts('a'), starts('b')]).toEqual([2, 1]);
  reply?.({ result: { action: 'accept' } });
  expect(running && textOf(await running)).toBe('{"action":"accept"}');
  const [first] = received('a') as { started: number }[];
  await eventually('the end of the former process', () => {
    try {
      return !process.kill(first?.started ?? 0, 0);
    } catch {
      return true;
    }
  });
  await upstreams.close(0);
});

test('what is taken out of the settings, or disabled, is not there any more', async () => {
  const { upstreams, settings } = world(['a', 'b']);
  upstreams.replace(settings({ a: { disabled: true } }));
  expect([upstreams.get('a'), upstreams.get('b') !== undefined]).toEqual([undefined, true]);
  upstreams.replace({});
  expect(upstreams.get('b')).toBeUndefined();
  await upstreams.close(0);
});

test('one whose variable is not set says so in each answer, and the others work', async () => {
  const { upstreams, settings } = world(['a', 'b']);
  const unset = 'upstreams.a.env.K names KEY, which is not set.';
  upstreams.replace({ ...settings(), a: { unset } });
  const a = upstreams.get('a');
  for (const asked of [a?.list(contextOf().signal), a?.call(requestOf('echo'), contextOf())])
    await expect(asked).rejects.toMatchObject({ type: 'refused', message: `Upstream a cannot be reached: ${unset}` });
  expect((await upstreams.get('b')?.call(requestOf('echo'), contextOf()))?.kind).toBe('result');
  upstreams.replace(settings());
  expect((await upstreams.get('a')?.call(requestOf('echo'), contextOf()))?.kind).toBe('result');
  await upstreams.close(0);
});

describe('the steps', () => {
  const asked: unknown[] = [];
  const { upstreams } = world(['a']);
  const steps = createUpstreamSteps({
    upstreams,
    log,
    isJobOver: () => Promise.resolve(false),
    askJob: (workflowId: string, runId: string | undefined, request: InputRequest) => {
      asked.push([workflowId, runId, request.method]);
      return Promise.resolve({ result: { action: 'decline' } });
    },
  });
  const run = <I, O>(step: (input: I) => Promise<O>, input: I, workflowId = 'one'): Promise<O> =>
    new MockActivityEnvironment({ workflowExecution: { workflowId, runId: `run of ${workflowId}` } }).run(step, input);
  afterAll(() => upstreams.close(0));

  test('list what has changed since, with a digest for each tool', async () => {
    const listed: Listed = await run(steps.listUpstream, { upstream: 'a' });
    if (listed.kind !== 'changed') throw new Error('It has not changed.');
    const names = listed.listing.tools.map(({ name }) => name);
    expect(names).toEqual([...names].sort());
    expect(listed.listing.tools[0]?.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(await run(steps.listUpstream, { upstream: 'a', digest: listed.listing.digest })).toEqual({
      kind: 'unchanged',
    });
  });

  test('take the same in another order for the same', async () => {
    const parts = [{ uri: 'a://1' }, { uri: 'a://2' }];
    let turned = false;
    const list = (): Promise<Offer> => {
      const resources = turned ? [...parts].reverse() : parts;
      return Promise.resolve({ tools: [], resources, resourceTemplates: [], prompts: [], left: [] });
    };
    const shuffling = createUpstreamSteps({
      upstreams: { get: () => ({ list }) as unknown as Upstream },
      log,
      askJob: () => Promise.reject(new Error('Nobody is asked.')),
      isJobOver: () => Promise.resolve(false),
    });
    const first: Listed = await run(shuffling.listUpstream, { upstream: 'a' });
    if (first.kind !== 'changed') throw new Error('It has not changed.');
    turned = true;
    const { digest } = first.listing;
    expect(await run(shuffling.listUpstream, { upstream: 'a', digest })).toEqual({ kind: 'unchanged' });
  });

  test('ask the job of the call, whichever opened the connection', async () => {
    await run(steps.callUpstream, requestOf('echo', { upstream: 'a' }), 'first');
    const answer = await run(steps.callUpstream, requestOf('ask', { upstream: 'a' }), 'second');
    expect(textOf(answer)).toBe('{"action":"decline"}');
    expect(asked).toEqual([['second', 'run of second', 'elicitation/create']]);
  });

  test('refuse what is not configured here', async () => {
    await expect(run(steps.callUpstream, requestOf('echo', { upstream: 'elsewhere' }))).rejects.toMatchObject({
      type: 'refused',
      message: 'Upstream elsewhere is not configured where this ran: its operator adds it, or its queue.',
    });
  });
});
