import { createAdmission, inPlace } from '../../../gateway/call/admission';
import type { JobRef } from '../../../gateway/ids';
import type { Caller } from '../../../workflows/contract';

const [alice, bob] = ['alice', 'bob'].map((subject) => ({ tenant: 'acme', subject })) as [Caller, Caller];

const running = (counts: { caller?: number; tenant?: number }) => ({
  caller: () => Promise.resolve(counts.caller ?? 0),
  tenant: () => Promise.resolve(counts.tenant ?? 0),
});

test('a burst is held to the limit before Temporal has counted any of it', async () => {
  const { admit } = createAdmission(() => ({ perCaller: 3, perTenant: 100 }), 'jobs running', running({}));
  const answers = await Promise.all(Array.from({ length: 5 }, () => admit(alice)));
  expect(answers.filter((answer) => answer.kind === 'place')).toHaveLength(3);
  expect(answers.at(-1)).toEqual({ kind: 'full', limit: 3, of: 'caller', what: 'jobs running' });
});

test('one caller does not use up the share of another', async () => {
  const { admit } = createAdmission(() => ({ perCaller: 1, perTenant: 100 }), 'jobs running', running({}));
  await admit(alice);
  expect(await admit(alice)).toHaveProperty('limit');
  expect(await admit(bob)).toHaveProperty('kind', 'place');
});

test('callers of one tenant share its limit', async () => {
  const { admit } = createAdmission(() => ({ perCaller: 10, perTenant: 1 }), 'jobs running', running({}));
  expect(await admit(alice)).toHaveProperty('kind', 'place');
  expect(await admit(bob)).toEqual({ kind: 'full', limit: 1, of: 'tenant', what: 'jobs running' });
});

test('what other replicas started counts, once Temporal tells', async () => {
  const { admit } = createAdmission(() => ({ perCaller: 2, perTenant: 100 }), 'jobs running', running({ caller: 2 }));
  await admit(alice);
  await new Promise(setImmediate);
  expect(await admit(alice)).toEqual({ kind: 'full', limit: 2, of: 'caller', what: 'jobs running' });
});

test('without Temporal’s counts the own ones have to do', async () => {
  const dead = () => Promise.reject(new Error('no visibility'));
  const { admit } = createAdmission(() => ({ perCaller: 1, perTenant: 100 }), 'jobs running', {
    caller: dead,
    tenant: dead,
  });
  expect(await admit(alice)).toHaveProperty('kind', 'place');
  expect(await admit(alice)).toHaveProperty('limit');
});

test('one who waits for each job to end is never over the limit', async () => {
  const { admit } = createAdmission(() => ({ perCaller: 1, perTenant: 100 }), 'jobs running', running({}));
  for (let calls = 0; calls < 5; calls += 1) {
    const place = await admit(alice);
    if (place.kind === 'place') place.giveBack();
    expect(place).toHaveProperty('kind', 'place');
  }
});

test('without Temporal’s counts nobody is kept out by what was started long ago', async () => {
  const dead = () => Promise.reject(new Error('no visibility'));
  const { admit } = createAdmission(() => ({ perCaller: 1, perTenant: 100 }), 'jobs running', {
    caller: dead,
    tenant: dead,
  });
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'setTimeout'] });
  await admit(alice);
  jest.setSystemTime(Date.now() + 60_000);
  await admit(alice); // has it counted
  jest.setSystemTime(Date.now() + 10_000);
  expect(await admit(alice)).toHaveProperty('kind', 'place');
  jest.useRealTimers();
});

test('a burst after a pause is measured against fresh figures', async () => {
  const { admit } = createAdmission(
    () => ({ perCaller: 100, perTenant: 1_000 }),
    'jobs running',
    running({ caller: 95 }),
  );
  const answers = await Promise.all(Array.from({ length: 50 }, () => admit(alice)));
  expect(answers.filter((answer) => answer.kind === 'place').length).toBeLessThanOrEqual(15);
});

test('one who waits for each job to end is not held to a count that lags behind', async () => {
  const { admit, ended } = createAdmission(
    () => ({ perCaller: 1, perTenant: 100 }),
    'jobs running',
    running({ caller: 1 }),
  );
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'setTimeout'] });
  const first = await admit(alice);
  let ref = { id: 'job_0', workflowId: 'job 0' } as const as JobRef;
  if (first.kind === 'place') first.keepFor(ref);
  for (let calls = 1; calls < 20; calls += 1) {
    jest.setSystemTime(Date.now() + 700);
    ended(ref);
    const place = await admit(alice);
    expect(place).toHaveProperty('kind', 'place');
    ref = { id: 'job_0', workflowId: `job ${calls}` };
    if (place.kind === 'place') place.keepFor(ref);
  }
  jest.useRealTimers();
});

test('calls that come to be one job have one place', async () => {
  const { admit } = createAdmission(() => ({ perCaller: 2, perTenant: 100 }), 'jobs running', running({}));
  for (let calls = 0; calls < 5; calls += 1) {
    const place = await admit(alice);
    expect(place).toHaveProperty('kind', 'place');
    if (place.kind === 'place') place.keepFor({ id: 'job_0', workflowId: 'the job' });
  }
});

test('a caller who is kept out by the limit of the tenant has used up no place of their own', async () => {
  const { admit } = createAdmission(() => ({ perCaller: 1, perTenant: 1 }), 'jobs running', running({}));
  const first = await admit(alice);
  expect(await admit(bob)).toMatchObject({ of: 'tenant' });
  if (first.kind === 'place') first.giveBack();
  expect(await admit(bob)).toHaveProperty('kind', 'place');
});

test('a start that fails gives its place back', async () => {
  const { admit } = createAdmission(() => ({ perCaller: 1, perTenant: 1 }), 'jobs running', running({}));
  const place = await admit(alice);
  if (place.kind === 'place')
    await expect(inPlace(place, () => Promise.reject(new Error('not started')))).rejects.toThrow('not started');
  expect(await admit(alice)).toHaveProperty('kind', 'place');
});

test('a count that does not come holds nobody up', async () => {
  const never = (): Promise<number> => new Promise(() => undefined);
  const { admit } = createAdmission(() => ({ perCaller: 2, perTenant: 100 }), 'jobs running', {
    caller: never,
    tenant: never,
  });
  expect(await admit(alice)).toHaveProperty('kind', 'place');
  expect(await admit(alice)).toHaveProperty('kind', 'place');
  expect(await admit(alice)).toHaveProperty('limit');
}, 5_000);

test('one who was over the limit gets in within seconds of the end of a job that another replica saw', async () => {
  const counts = { caller: 1 };
  const { admit } = createAdmission(() => ({ perCaller: 1, perTenant: 100 }), 'jobs running', {
    ...running({}),
    caller: () => Promise.resolve(counts.caller),
  });
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'setTimeout'] });
  await admit(alice);
  await new Promise(setImmediate);
  expect(await admit(alice)).toHaveProperty('limit');
  counts.caller = 0;
  jest.setSystemTime(Date.now() + 2_500);
  expect(await admit(alice)).toHaveProperty('kind', 'place');
  jest.useRealTimers();
});
