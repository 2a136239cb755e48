/** A project's configuration as gateways and workers read it. */
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holdfastFile } from '../../config/holdfast';
import { settingsOf } from '../../project/settings';
import { writeIn } from '../fixtures/project';

const root = mkdtempSync(join(tmpdir(), 'holdfast-settings-'));
const out = join(root, '.holdfast', 'build');
mkdirSync(out, { recursive: true });
writeIn(root, 'holdfast.config.js', "module.exports = { catalog: { ship: { input: 'schemas/ship.json' } } };");
const project = { root, config: join(root, 'holdfast.config.js'), modules: 'cjs' } as const;
const ship = { description: 'Ships.', workflow: 'Ship', queue: 'orders', input: 'schemas/ship.json' };
const path = join(root, 'schemas', 'ship.json');

test('a schema of the catalogue is read from the folder of the configuration, and goes with what is built', () => {
  const schema = { type: 'object', properties: { weight: { type: 'number' } } };
  writeIn(root, 'schemas/ship.json', JSON.stringify(schema));
  const inputs = new Set<string>();
  const { path: settings, mistakes } = settingsOf(project, { catalog: { ship } }, out, inputs);
  expect(mistakes).toEqual([]);
  const { catalog, files } = holdfastFile({ HOLDFAST_CONFIG: settings });
  expect(catalog['ship']?.input).toEqual(schema);
  expect(files).toEqual([settings]);
  expect([...inputs]).toEqual([path]);
});

test('one that is not there is a mistake of the configuration, and is looked for again', () => {
  const inputs = new Set<string>();
  const input = 'schemas/nowhere.json';
  const { mistakes } = settingsOf(project, { catalog: { ship: { ...ship, input } } }, out, inputs);
  const nowhere = join(root, input);
  expect(mistakes).toEqual([
    {
      file: 'holdfast.config.js',
      line: 1,
      sentence: `catalog.ship.input: names ${nowhere}, which cannot be read as JSON or YAML.`,
    },
  ]);
  expect([...inputs]).toEqual([nowhere]);
});

test('an entry of the catalogue that no gateway would start with is a mistake, too', () => {
  const { mistakes } = settingsOf(project, { catalog: { ship: { ...ship, args: ['what'] } } }, out, new Set());
  expect(mistakes).toMatchObject([
    { line: 1, sentence: 'catalog.ship: args names what, which is no property of the input.' },
  ]);
});
