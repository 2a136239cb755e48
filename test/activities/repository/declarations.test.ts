/** Each manifest format is read; one that is damaged is said to be unreadable and stops nothing. */
import { join } from 'node:path';
import { analyze, repositoryIn, world } from './world';
import { manifestKindOf } from '../../../activities/repository/manifests';

/** Name, content, package name, and declared dependencies as `name version`, `!` for development. */
const samples: readonly (readonly [string, string, string | null, readonly string[]])[] = [
  ['package.json', '{"name":"p","dependencies":{"a":"^1"},"devDependencies":{"b":"2"}}', 'p', ['a ^1', 'b 2!']],
  ['requirements.txt', '# c\na[x]>=1,<2 ; python_version>"3"\n-r other.txt\nb\n', null, ['a >=1,<2', 'b ']],
  [
    'pyproject.toml',
    '[project]\nname="p"\ndependencies=["a>=1"]\n[project.optional-dependencies]\nx=["b"]\n[dependency-groups]\ndev=["c==3"]\n[tool.poetry.dependencies]\npython="^3"\nd={version="4"}\n[tool.poetry.group.t.dependencies]\ne="5"\n',
    'p',
    ['a >=1', 'b ', 'c ==3!', 'd 4', 'e 5!'],
  ],
  ['Pipfile', '[packages]\na="*"\n[dev-packages]\nb="1"\n', null, ['a *', 'b 1!']],
  [
    'go.mod',
    'module m.x/p\n\nrequire m.x/a v1.0.0\nrequire (\n\tm.x/b v2.0.0\n\tm.x/c v1 // indirect\n)\n',
    'm.x/p',
    ['m.x/a v1.0.0', 'm.x/b v2.0.0'],
  ],
  [
    'Cargo.toml',
    '[package]\nname="p"\n[dependencies]\na="1"\nb={version="2"}\n[dev-dependencies]\nc="3"\n[target."cfg(unix)".dependencies]\nd="4"\n[workspace.dependencies]\ne="5"\n',
    'p',
    ['a 1', 'b 2', 'c 3!', 'e 5', 'd 4'],
  ],
  [
    'pom.xml',
    '<project><artifactId>p</artifactId><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId><version>1.10</version></dependency><dependency><groupId>g</groupId><artifactId>b</artifactId><scope>test</scope></dependency></dependencies></project>',
    'p',
    ['g:a 1.10', 'g:b !'],
  ],
  [
    'build.gradle',
    "dependencies {\n  implementation 'g:a:1'\n  testImplementation(\"g:b:2\")\n  id 'x:y:1'\n}\n",
    null,
    ['g:a 1', 'g:b 2!'],
  ],
  ['Gemfile', "source 'x'\ngem 'a', '~> 1'\n  gem \"b\"\n", null, ['a ~> 1', 'b ']],
  [
    'composer.json',
    '{"name":"v/p","require":{"php":"8","v/a":"1"},"require-dev":{"v/b":"2"}}',
    'v/p',
    ['v/a 1', 'v/b 2!'],
  ],
  [
    'App.csproj',
    '<Project><ItemGroup><PackageReference Include="A" Version="1.0"/></ItemGroup></Project>',
    null,
    ['A 1.0'],
  ],
  ['pubspec.yaml', 'name: p\ndependencies:\n  a: ^1.0.0\ndev_dependencies:\n  b: any\n', 'p', ['a ^1.0.0', 'b any!']],
];

test.each(samples)('%s is read', (path, text, name, expected) => {
  const declarations = manifestKindOf(path)?.read(text);
  expect(declarations?.name).toBe(name);
  const found = declarations?.dependencies.map(
    (entry) => `${entry.name} ${entry.version}${entry.development ? '!' : ''}`,
  );
  expect(found).toEqual(expected);
});

const damaged = [
  'package.json',
  'pyproject.toml',
  'Cargo.toml',
  'pom.xml',
  'composer.json',
  'App.csproj',
  'pubspec.yaml',
];

test.each(damaged)('a damaged %s is reported as unreadable', async (path) => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), { [path]: '{"a: [<<\n\t- %', 'go.mod': 'module m\nrequire a v1\n' });
  const { dependencies } = await analyze(activities, url);
  const states = Object.fromEntries(dependencies.manifests.map((manifest) => [manifest.path, manifest.state]));
  expect(states).toEqual({ [path]: 'unreadable', 'go.mod': 'read' });
});

test.each(['null', '[]', '3', '{"dependencies":["a"],"name":{}}', '{"dependencies":{"a":{"b":1}}}'])(
  'a package.json of the form %s stops nothing',
  (text) => {
    expect(() => manifestKindOf('package.json')?.read(text)).not.toThrow();
  },
);

test('a manifest over the limit is not read', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), {
    'package.json': JSON.stringify({ name: 'x'.repeat(300 * 1024) }),
  });
  const { dependencies } = await analyze(activities, url);
  expect(dependencies.manifests).toMatchObject([{ state: 'too large' }]);
});

test('of many manifests those nearest to the root are read, and the others are counted', async () => {
  const { offered, activities } = world();
  const deep = Object.fromEntries(Array.from({ length: 450 }, (_, index) => [`a/${index}/go.mod`, 'module m\n']));
  const url = repositoryIn(join(offered, 'plain'), { ...deep, 'z/go.mod': 'module near\n' });
  const { dependencies } = await analyze(activities, url);
  expect(dependencies.manifests[0]).toMatchObject({ path: 'z/go.mod', name: 'near' });
  expect([dependencies.manifests.length, dependencies.moreManifests]).toEqual([50, 401]);
});

test('lists are cut to their top entries', async () => {
  const { offered, activities } = world();
  const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`package-${index}`, '1']));
  const url = repositoryIn(join(offered, 'plain'), { 'package.json': JSON.stringify({ dependencies: many }) });
  const { dependencies } = await analyze(activities, url);
  expect(dependencies.ecosystems).toMatchObject([{ dependencies: 5_000, more: 4_950 }]);
  expect(dependencies.ecosystems[0]?.list).toHaveLength(50);
});
