/** Manifests that are made to hold or to end the worker that reads them. The event loop, which all its steps share, goes on. */
import { join } from 'node:path';
import { declarationsIn } from '../../../activities/repository/manifests';
import { HOLD_MS, longestHold } from '../../fixtures/longest-hold';
import { repositoryIn, run, world } from './world';

/** Just below the largest manifest that is read. */
const filled = (piece: string): string => piece.repeat(Math.floor((255 * 1_024) / piece.length));

const yaml = {
  'anchors in a row': filled('&a '),
  'tags in a row': filled('!!a '),
  'long tags in a row': filled('!<a> '),
  'flow collections': filled('[{'),
  'flow maps': filled('{a: '),
  'lists in a row': filled('- '),
  'keys in a row': filled('? '),
  'many keys': Array.from({ length: 20_000 }, (_, n) => `k${n}: 1`).join('\n'),
};
/** Those that take longer than a thread has are in too-slow.test.ts: after three of them the others are not tried. */
const files: Record<string, string> = {
  ...Object.fromEntries(Object.entries(yaml).map(([name, text]) => [`${name}/pubspec.yaml`, text])),
  'json/package.json': filled('[{"":'),
  'json/composer.json': filled('['),
  'toml/pyproject.toml': `a = ${filled('[')}`,
  'toml/Cargo.toml': `[${filled('a.')}a]\n`,
  'toml/Pipfile': filled('[[a]]\n'),
  'xml/pom.xml': filled('<a>'),
  'xml/a.csproj': `<a ${filled('b ')}`,
  'lines/requirements.txt': filled('a[[[ '),
  'lines/Gemfile': filled('gem ('),
  'lines/go.mod': filled('require (\n'),
  'lines/build.gradle': filled('api ("'),
  'calls/build.gradle': filled('api(\n'),
  'quotes/build.gradle': filled("api 'a:b:\n"),
  'urls/requirements.txt': filled('https://a@/b-c-\n'),
  'hashes/requirements.txt': filled(' --hash='),
  'keys/setup.cfg': filled('a.'),
  'gems/p.gemspec': filled(".add_dependency('\n"),
  'groups/Gemfile': filled('group :test do\n'),
  'properties/b.csproj': `<Project><ItemGroup>${filled('<PackageReference Include="$(a)"/>')}`,
};

test('no manifest holds the event loop, and each is a finding', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'attack'), files);
  const repository = await run(activities.fetchRepository, { url });
  const held = await longestHold(async () => {
    const { manifests } = await run(activities.readDependencies, repository);
    expect(manifests).toHaveLength(Object.keys(files).length);
  });
  expect(held).toBeLessThan(HOLD_MS);
});

test('a name of thousands of letters is kept in part', () => {
  const text = JSON.stringify({ name: 'a'.repeat(10_000), dependencies: { ['b'.repeat(10_000)]: '1'.repeat(10_000) } });
  expect(declarationsIn({ path: 'package.json', text, most: 1 })).toMatchObject({
    name: 'a'.repeat(256),
    dependencies: [{ name: 'b'.repeat(256), version: '1'.repeat(256) }],
  });
});
