/** What went wrong, as the client is told: whether to try again decides what happens twice. */
import { createIds } from '../../../gateway/ids';
import { Problem } from '../../../gateway/errors';
import { guarded, refusedTask, toolError } from '../../../gateway/mcp/trouble';
import { misfitting, overQuota } from '../../../gateway/words/rejected';
import { fakeJobs } from '../../fixtures/fakes';
import { dataOf } from '../../fixtures/stack';

const caller = { tenant: 'acme', subject: 'alice' };
const { id } = createIds('x'.repeat(32)).newRef(caller, 'walk', 'k');

const unexpected = (error: unknown): void => {
  throw error;
};

/** What a tool call is answered with, and the problem that the HTTP status tells of, if one. */
async function told(problem: Problem) {
  let decided: Problem | undefined;
  const decide = (found?: Problem): void => void (decided = found);
  const result = await toolError(problem, { caller, decide }, fakeJobs(), () => undefined);
  return { error: dataOf(result)['error'], decided };
}

test('a call that did not reach Temporal is refused by its HTTP status, and may be sent again', async () => {
  const problem = new Problem('unavailable', { refused: true });
  expect(await told(problem)).toEqual({
    error: { kind: 'unavailable', retryable: true, retry_after_s: 2, side_effect: 'none' },
    decided: problem,
  });
});

test('a call that Temporal may have taken is not to be sent again: its job is asked for', async () => {
  expect(await told(new Problem('unavailable', { refused: false, id }))).toEqual({
    error: { kind: 'unavailable', job_id: id, retryable: false, retry_after_s: 2, side_effect: 'unknown' },
    decided: undefined,
  });
});

test('a call with a key that Temporal may have taken is to be repeated with it', async () => {
  const problem = new Problem('unavailable', { refused: false, id, keyed: true });
  expect(problem.message).toContain('repeat it with the same idempotency key');
  expect((await told(problem)).error).toMatchObject({ job_id: id, retryable: true, side_effect: 'unknown' });
});

test('a method that Temporal does not answer is refused by its HTTP status: it may always be asked again', async () => {
  const decided: (Problem | undefined)[] = [];
  const problem = new Problem('unavailable', { refused: false });
  const asked = guarded({ decide: (found) => decided.push(found) }, unexpected, () => Promise.reject(problem));
  await expect(asked).rejects.toMatchObject({ code: -32603, data: { retry_after_s: 2 } });
  expect(decided).toEqual([problem]);
});

test('a call as a task that came too early is an error of the moment, and one that cannot be right is not', () => {
  expect(refusedTask(overQuota({ kind: 'full', limit: 1, of: 'caller', what: 'jobs running' })).code).toBe(-32603);
  expect(refusedTask(misfitting('walk', 'steps: Required')).code).toBe(-32602);
});
