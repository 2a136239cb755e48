/** What `tools/list` offers is taken by validators that know another dialect of JSON Schema. */
import { declaring, legacy, modern } from '../../fixtures/raw';
import type { RawAnswer } from '../../fixtures/raw';
import { replicas } from '../../fixtures/replicas';

const { url } = replicas();

test.each<[string, () => Promise<RawAnswer>]>([
  ['a client without tasks', () => modern(url(), 'tools/list')],
  ['a client of the tasks extension', () => modern(url(), 'tools/list', declaring({ tasks: true }))],
  ['a client of 2025-11-25', () => legacy(url(), 'tools/list', {}, '2025-11-25')],
])('to %s no schema names its dialect, not even those of the handle tools', async (_what, list) => {
  const { text, message } = await list();
  expect((message.result?.['tools'] as unknown[]).length).toBeGreaterThan(10);
  expect(text).toContain('"outputSchema"');
  expect(text).not.toContain('$schema');
});
