/** Servers of others, as they are on npm, over stdio. */
import { mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPrograms } from '../../fixtures/judges';
import { closeAll, contextOf, requestOf, textOf, upstreamOf } from './world';

beforeAll(() => installPrograms('judges'));
afterEach(closeAll);

const packages = join(__dirname, '..', '..', 'judges', 'node_modules', '@modelcontextprotocol');
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-judged-')));
writeFileSync(join(folder, 'a.txt'), 'what is in it');
const THOUGHT = { thought: 'so', nextThoughtNeeded: false, thoughtNumber: 1, totalThoughts: 1 };

test.each([
  ['server-everything', [], 'echo', { message: 'hello' }, 'Echo: hello'],
  ['server-filesystem', [folder], 'read_text_file', { path: join(folder, 'a.txt') }, 'what is in it'],
  [
    'server-memory',
    [],
    'create_entities',
    { entities: [{ name: 'n', entityType: 't', observations: [] }] },
    '"name": "n"',
  ],
  ['server-sequential-thinking', [], 'sequentialthinking', THOUGHT, '"thoughtNumber": 1'],
])('%s is listed and called', async (name, args, tool, given, said) => {
  const upstream = upstreamOf({
    command: process.execPath,
    args: [join(packages, name, 'dist', 'index.js'), ...args],
    env: { MEMORY_FILE_PATH: join(folder, 'memory.jsonl') },
  });
  const { tools, left } = await upstream.list(contextOf().signal);
  expect(left).toEqual([]);
  expect(tools.map((offered) => offered['name'])).toContain(tool);
  expect(textOf(await upstream.call(requestOf(tool, { arguments: given }), contextOf()))).toContain(said);
});
