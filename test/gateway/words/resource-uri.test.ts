import { resultAt, resultUri } from '../../../gateway/words/resource-uri';

const run = 'job_b9f6g2k8mg3bmbec-2026-11-21T13:21:35Z';

test('the address of a run of a schedule names it, with its colons escaped or not', () => {
  expect(resultAt(resultUri(run))).toEqual({ id: run, offset: 0 });
  expect(resultAt(`holdfast://job/${encodeURIComponent(run)}/result?offset=7`)).toEqual({ id: run, offset: 7 });
});

test('what is no escape names nothing', () => {
  expect(resultAt('holdfast://job/job_%E0%A4%A/result')).toBeUndefined();
});
