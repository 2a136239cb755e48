/** The tools that workflows of other people find, as the catalogue changes. */
import { CatalogPart, withSchemas } from '../../config/catalog';
import type { Catalog } from '../../config/catalog';
import { BadSetting } from '../../config/file';
import { createMenu } from '../../worker/menu';
import { tools } from '../../workflows/tools';

const catalogOf = (entries: Record<string, object>): Catalog =>
  withSchemas(
    CatalogPart.parse(
      Object.fromEntries(
        Object.entries(entries).map(([name, entry]) => [
          name,
          { description: 'Ships.', workflow: 'Ship', queue: 'orders', ...entry },
        ]),
      ),
    ),
  ).catalog;

test('those of another catalogue take the place of the former ones, beside those that are authored', () => {
  const { tools: known, replace } = createMenu(tools, catalogOf({ ship: {} }), 'default');
  expect([known.has('ship'), known.has('search_sources')]).toEqual([true, true]);
  replace(catalogOf({ sell: {} }));
  expect([known.has('ship'), known.has('sell'), known.has('search_sources')]).toEqual([false, true, true]);
});

test('a catalogue with a wrong entry changes nothing', () => {
  const { tools: known, replace } = createMenu(tools, catalogOf({ ship: {} }), 'default');
  expect(() => replace(catalogOf({ sell: {}, search_sources: {} }))).toThrow(
    new BadSetting('Two tools are named search_sources. Rename one.'),
  );
  expect([known.has('ship'), known.has('sell')]).toEqual([true, false]);
});
