/** The line of each call and each refusal: who, what, and what came of it. */
import { createAudit } from '../../gateway/audit';
import type { Audit } from '../../gateway/audit';
import { Problem } from '../../gateway/errors';
import { rejected } from '../../gateway/words/rejected';
import { createLog } from '../../config/log';

const caller = { tenant: 'acme', subject: 'ann' };
const HASH = 'c0ffee'.repeat(10).slice(0, 64);

function newAudit(): { audit: Audit; lines: () => Record<string, unknown>[] } {
  const lines: string[] = [];
  const log = createLog('test', 'info', { write: (line) => void lines.push(line) });
  return {
    audit: createAudit(log, new Set(['walk', 'job_cancel'])),
    lines: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

const visit = () => ({ id: 'r-1', told: false });
const walk = () => ({ visit: visit(), caller, method: 'tools/call', tool: 'walk' });

test('a call has one line: who, which tool, which job, how it ended, and the hash of its arguments', async () => {
  const { audit, lines } = newAudit();
  await audit.told(walk(), async (note) => {
    note({ job: 'job_1', args: HASH, outcome: 'open', started: true });
    note({ outcome: 'failed', failure: 'refused' });
    return Promise.resolve({ isError: true, structuredContent: { status: 'failed', error: { kind: 'refused' } } });
  });
  expect(lines()).toEqual([
    expect.objectContaining({
      msg: 'call',
      level: 'info',
      tenant: 'acme',
      subject: 'ann',
      tool: 'walk',
      decision: 'accepted',
      job: 'job_1',
      args: HASH.slice(0, 16),
      outcome: 'failed',
      failure: 'refused',
      ms: expect.any(Number),
      request: 'r-1',
    }),
  ]);
});

test('a call that was not accepted says why, by the kind that the model is told', async () => {
  const { audit, lines } = newAudit();
  await audit.told(walk(), () => Promise.resolve(rejected('No.', { kind: 'over_quota' })));
  await expect(audit.told(walk(), () => Promise.reject(new Problem('unavailable')))).rejects.toThrow(Problem);
  expect(lines().map(({ decision, refused }) => [decision, refused])).toEqual([
    ['refused', 'over_quota'],
    ['refused', 'unavailable'],
  ]);
});

test('a call of which nobody knows whether it was accepted is not said to be refused', async () => {
  const { audit, lines } = newAudit();
  const words = { kind: 'unavailable', job_id: 'job_1', side_effect: 'unknown' };
  await audit.told(walk(), () => Promise.resolve(rejected('No answer.', words)));
  await audit.told(walk(), (note) => {
    note({ job: 'job_2', outcome: 'open', started: true });
    return Promise.resolve(rejected('It was accepted, and cannot be read.', { kind: 'unavailable' }));
  });
  expect(lines()).toEqual([
    expect.objectContaining({ decision: 'unknown', error: 'unavailable', job: 'job_1' }),
    expect.objectContaining({ decision: 'accepted', error: 'unavailable', job: 'job_2' }),
  ]);
});

test("a name that is no tool's is not written down", async () => {
  const { audit, lines } = newAudit();
  await audit.told({ ...walk(), tool: 'canary' }, () => Promise.resolve({}));
  expect(lines()).toEqual([expect.objectContaining({ tool: 'unknown' })]);
});

test('of equal refusals the first ten are written, and then one line with the number of the rest', () => {
  const { audit, lines } = newAudit();
  for (let n = 0; n < 500; n += 1) audit.refused(visit(), 401, 'no_key', '192.0.2.1');
  for (let n = 0; n < 3; n += 1) audit.refused(visit(), 403, 'foreign_host', '192.0.2.1');
  audit.flush();
  expect(lines().filter(({ refused }) => refused === 'foreign_host')).toHaveLength(3);
  const wrongKeys = lines().filter(({ refused }) => refused === 'no_key');
  expect(wrongKeys).toHaveLength(11);
  expect(wrongKeys[0]).toMatchObject({ decision: 'refused', status: 401, from: '192.0.2.1', msg: 'refused' });
  expect(wrongKeys[10]).toMatchObject({ times: 490, msg: 'refused: more of the same' });
});

test('no flood hides that a job was started', async () => {
  const { audit, lines } = newAudit();
  for (let n = 0; n < 30; n += 1)
    await audit.told(walk(), (note) => Promise.resolve(note({ job: `job_${n}`, started: true })));
  expect(lines()).toHaveLength(30);
});

test('a request that has its line as a call is not told a second time at the door', async () => {
  const { audit, lines } = newAudit();
  const asked = walk();
  await audit.told(asked, () => Promise.resolve(rejected('No.', { kind: 'unavailable' })));
  audit.refused(asked.visit, 503, 'unavailable', '192.0.2.1');
  expect(lines()).toHaveLength(1);
});
