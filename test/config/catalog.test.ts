/** The catalogue as it is written: what each kind of entry wants, and schemas in files of their own. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holdfastFile } from '../../config/holdfast';

/** Reads a file with this catalogue, beside files with these texts. */
function read(catalog: object, files: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-catalog-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const path = join(folder, 'holdfast.yaml');
  writeFileSync(path, JSON.stringify({ catalog }));
  return holdfastFile({ HOLDFAST_CONFIG: path }).catalog;
}

const plain = { description: 'Does it.', workflow: 'Order' };
const schema = { type: 'object', properties: { order: { type: 'string' } } };

test.each([
  ['no queue for a workflow that is to be started', { ...plain }, /fulfil\.queue: is missing/],
  [
    'two handlers in one entry',
    { ...plain, signal: 'a', query: 'b' },
    /fulfil\.query: one of signal, query and update/,
  ],
  ['a queue for a signal', { ...plain, signal: 'a', queue: 'q' }, /fulfil\.queue: means nothing for a signal/],
  [
    'an id for a workflow that a call starts',
    { ...plain, queue: 'q', workflow_id: 'x' },
    /fulfil\.workflow_id: is for/,
  ],
  ['an id for the jobs of callers', { ...plain, signal: 'a', workflow_id: 'x' }, /say start: false, too/],
  ['several types to start', { ...plain, workflow: ['A', 'B'], queue: 'q' }, /fulfil\.workflow: must be one type/],
  ['a name that nothing reads', { ...plain, queue: 'q', timeout: 3 }, /timeout/],
  ['no description, by which the model would choose it', { workflow: 'Order', queue: 'q' }, /fulfil\.description/],
])('%s is told by its place', (_what, entry, sentence) => {
  expect(() => read({ fulfil: entry })).toThrow(sentence);
});

test.each([
  ['schema.json', JSON.stringify(schema)],
  ['schema.yaml', 'type: object\nproperties: { order: { type: string } }\n'],
])('a schema is read from %s beside holdfast.yaml', (name, text) => {
  const { fulfil } = read({ fulfil: { ...plain, queue: 'q', input: name, output: `./${name}` } }, { [name]: text });
  expect(fulfil).toMatchObject({ does: 'start', queue: 'q', input: schema, output: schema });
});

test('a schema that cannot be read is told with its path', () => {
  expect(() => read({ fulfil: { ...plain, queue: 'q', input: 'nowhere.json' } })).toThrow(
    /catalog\.fulfil\.input: names .*nowhere\.json, which cannot be read/,
  );
});
