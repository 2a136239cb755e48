/** The cheap part of `npm run attack`, on a gateway. */
import { createHash } from 'node:crypto';
import type { Gateway } from '../../gateway/gateway';
import { configFor, run, startTestGateway, startTestWorker } from '../fixtures/stack';
import type { TestWorker } from '../fixtures/stack';
import { REVISIONS, isolation } from './isolation';
import { names } from './names';
import { seals } from './seals';
import type { Tally } from './tally';
import { times } from './times';

const callers = ['alice-key', 'bob-key', 'eve-key'];
const [alice = '', ...others] = callers;
const owners = [
  { tenant: 'acme', subject: 'alice' },
  { tenant: 'acme', subject: 'bob' },
  { tenant: 'other', subject: 'alice' },
];
const keys = callers.map((key, nth) => ({
  sha256: createHash('sha256').update(key).digest('hex'),
  ...(owners[nth] ?? { tenant: '', subject: '' }),
}));
let gateway: Gateway;
let worker: TestWorker;

beforeAll(async () => {
  [gateway, worker] = await Promise.all([startTestGateway({ keys }), startTestWorker()]);
});
afterAll(async () => {
  await Promise.all([gateway.stop(), worker.stop()]);
});

/** What went through, where anything was tried. */
const through = ({ attempts, through: found }: Tally, atLeast: number): readonly string[] => {
  expect(attempts()).toBeGreaterThanOrEqual(atLeast);
  return found;
};

test("another's job and one that never was look alike, by every way that takes an id", async () => {
  const needs = { url: gateway.url, victim: alice, attackers: others, revisions: REVISIONS.slice(0, 2) };
  expect(through(await isolation(needs), 250)).toEqual([]);
});

test("another's job and one that never was take equally long", async () => {
  const needs = {
    url: gateway.url,
    victim: alice,
    attackers: others.slice(0, 1),
    ways: ['job_result', 'tasks/get'],
    pairs: 120,
  };
  expect(through(await times(needs), 2)).toEqual([]);
});

test('no forged note is taken', async () => {
  const { secret } = configFor(run().address);
  expect(through(await seals(gateway.url, secret, callers, 25), 250)).toEqual([]);
});

test('no request that names another host is answered', async () => {
  expect(through(await names(gateway.url, alice), 150)).toEqual([]);
});
