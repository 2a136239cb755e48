import { endedWith } from '../../../gateway/jobs/outcome';

test('what a workflow of ours left behind is read with where it stopped', () => {
  const progress = { done: 1, total: 2, message: 'Reading' };
  expect(endedWith({ holdfast: 'partial', reason: 'budget', value: 7, progress })).toEqual({
    kind: 'partial',
    reason: 'budget',
    value: 7,
    progress,
  });
});

test('a workflow that is not ours may say anything of its progress', () => {
  const outcome = endedWith({ holdfast: 'partial', value: 7, progress: { done: 'much' } });
  expect(outcome).toEqual({ kind: 'partial', reason: 'budget', value: 7, progress: undefined });
});
