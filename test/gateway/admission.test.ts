import { admissionBy } from '../../gateway/admission';

const [alice, bob] = ['alice', 'bob'].map((subject) => ({ tenant: 'acme', subject })) as [Caller, Caller];
type Caller = Parameters<ReturnType<typeof admissionBy>>[0];

const running = (counts: { caller?: number; tenant?: number }) => ({
  caller: () => Promise.resolve(counts.caller ?? 0),
  tenant: () => Promise.resolve(counts.tenant ?? 0),
});

test('a burst is held to the limit before Temporal has counted any of it', async () => {
  const admit = admissionBy({ perCaller: 3, perTenant: 100 }, running({}));
  const answers = await Promise.all(Array.from({ length: 5 }, () => admit(alice)));
  expect(answers.filter((full) => full === undefined)).toHaveLength(3);
  expect(answers.at(-1)).toEqual({ limit: 3, of: 'caller' });
});

test('one caller does not use up the share of another', async () => {
  const admit = admissionBy({ perCaller: 1, perTenant: 100 }, running({}));
  await admit(alice);
  expect(await admit(alice)).toBeDefined();
  expect(await admit(bob)).toBeUndefined();
});

test('callers of one tenant share its limit', async () => {
  const admit = admissionBy({ perCaller: 10, perTenant: 1 }, running({}));
  expect(await admit(alice)).toBeUndefined();
  expect(await admit(bob)).toEqual({ limit: 1, of: 'tenant' });
});

test('what other replicas started counts, once Temporal tells', async () => {
  const admit = admissionBy({ perCaller: 2, perTenant: 100 }, running({ caller: 2 }));
  await admit(alice);
  await new Promise(setImmediate);
  expect(await admit(alice)).toEqual({ limit: 2, of: 'caller' });
});

test('without Temporal’s counts the own ones have to do', async () => {
  const dead = () => Promise.reject(new Error('no visibility'));
  const admit = admissionBy({ perCaller: 1, perTenant: 100 }, { caller: dead, tenant: dead });
  expect(await admit(alice)).toBeUndefined();
  expect(await admit(alice)).toBeDefined();
});
