/** What `tools/list` offers, for validators that know another dialect of JSON Schema; and what a call is told whose tool is not there. */
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

test.each<[string, string, string]>([
  ['a tool', 'wlak', 'Unknown tool: wlak. Did you mean walk? tools/list names those that exist.'],
  ['a handle tool', 'jobWait', 'Unknown tool: jobWait. Did you mean job_wait? tools/list names those that exist.'],
  ['nothing that is near', 'weather', 'Unknown tool: weather. tools/list names those that exist.'],
])('a call whose name means %s is refused with what was probably meant', async (_what, name, message) => {
  for (const ask of [modern, legacy])
    expect((await ask(url(), 'tools/call', { name, arguments: {} })).message.error).toMatchObject({
      code: -32602,
      message,
    });
});
