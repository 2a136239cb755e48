/** Each manifest format is read; one that is damaged is said to be unreadable and stops nothing. */
import { join } from 'node:path';
import { analyze, repositoryIn, run, world } from './world';
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
  ['package.json', '{"dependencies":{"alias":"npm:@s/real@^2"}}', null, ['@s/real ^2']],
  [
    'requirements/dev.txt',
    'a==1 \\\n  --hash=sha256:00 \\\n  --hash=sha256:11\n-e git+https://u:p@h.x/o/b.git@v1#egg=b\nhttps://h.x/c-1.2-py3-none-any.whl\nd @ https://h.x/d.zip ; python_version > "3"\n--index-url https://h.x\n./local\n-e .\n',
    null,
    ['a ==1!', 'b @ git+https://h.x/o/b.git@v1!', 'c 1.2!', 'd @ https://h.x/d.zip!'],
  ],
  [
    'pyproject.toml',
    '[build-system]\nrequires=["h"]\n[dependency-groups]\nt=["a>1",{include-group="x"}]\n[tool.uv]\ndev-dependencies=["b"]\n[tool.pdm.dev-dependencies]\nl=["c"]\n[tool.poetry.dependencies]\nd=[{version="1",python="<3"},{version="2"}]\n[project.optional-dependencies]\ndev=["e"]\nx=["f"]\n',
    null,
    ['e !', 'f ', 'a >1!', 'b !', 'c !', 'h !', 'd 1 || 2'],
  ],
  [
    'setup.cfg',
    '[metadata]\nname = p\n[options]\ninstall_requires =\n    a>=1\n    # no\n    b\ntests_require = c\n[options.extras_require]\nx = d\ntest =\n    e\n[flake8]\nignore = f\n',
    'p',
    ['a >=1', 'b ', 'c !', 'd ', 'e !'],
  ],
  ['Cargo.toml', '[dependencies]\nx={package="real",version="1"}\n', null, ['real 1']],
  [
    'pom.xml',
    '<project><properties><v>3</v></properties><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId><version>${v}</version></dependency></dependencies></project>',
    null,
    ['g:a 3'],
  ],
  [
    'build.gradle.kts',
    'dependencies {\n  implementation(platform("g:bom:1"))\n  developmentOnly("g:dev")\n  api(group = "g", name = "m", version = "2")\n  testImplementation(\n    "g:x:3",\n  ) {\n    exclude(group = "h")\n  }\n  implementation(kotlin("stdlib"))\n  api(project(":own"))\n  // api("g:no:1")\n}\n',
    null,
    ['g:bom 1', 'g:dev !', 'g:m 2', 'g:x 3!', 'org.jetbrains.kotlin:kotlin-stdlib '],
  ],
  [
    'Gemfile',
    "gem 'a', '1'\ngroup :development, :test do\n  gem 'b'\nend\ngem 'c', group: :test\ngem 'd'\n",
    null,
    ['a 1', 'b !', 'c !', 'd '],
  ],
  [
    'p.gemspec',
    "s.name = 'p'\ns.add_dependency 'a', '>= 1', '< 3'\ns.add_runtime_dependency('b')\ns.add_development_dependency \"c\"\n",
    'p',
    ['a >= 1, < 3', 'b ', 'c !'],
  ],
  [
    'Lib.fsproj',
    '<Project><PropertyGroup><V>4</V></PropertyGroup><ItemGroup><PackageReference Include="A;B" Version="$(V)"/><PackageReference Update="a" Version="5"/><PackageReference Include="C" Version="1" PrivateAssets="all"/><PackageReference Include="D" Version="1"/><PackageReference Remove="D"/></ItemGroup></Project>',
    null,
    ['A 5', 'B 4', 'C 1!'],
  ],
  [
    'packages.config',
    '<packages><package id="A" version="1"/><package id="B" version="2" developmentDependency="true"/></packages>',
    null,
    ['A 1', 'B 2!'],
  ],
  ['paket.dependencies', 'source https://h.x\nnuget A ~> 1\ngroup Test\n  nuget B\n', null, ['A ~> 1', 'B !']],
  ['pubspec.yaml', 'name: p\ndependencies:\n  a: ^1.0.0\ndev_dependencies:\n  b: any\n', 'p', ['a ^1.0.0', 'b any!']],
];

test.each(samples)('%s is read, with what it declares', (path, text, name, expected) => {
  const declarations = manifestKindOf(path)?.read(text, path);
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

async function dependenciesIn(tree: Parameters<typeof repositoryIn>[1]) {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), tree);
  return run(activities.readDependencies, await run(activities.fetchRepository, { url }));
}

test('each manifest that is damaged is reported as unreadable, and the others are read', async () => {
  const broken = Object.fromEntries(damaged.map((path) => [path, '{"a: [<<\n\t- %']));
  const { manifests } = await dependenciesIn({ ...broken, 'go.mod': 'module m\nrequire a v1\n' });
  const states = Object.fromEntries(manifests.map((manifest) => [manifest.path, manifest.state]));
  expect(states).toEqual({ ...Object.fromEntries(damaged.map((path) => [path, 'unreadable'])), 'go.mod': 'read' });
});

test.each(['null', '[]', '3', '{"dependencies":["a"],"name":{}}', '{"dependencies":{"a":{"b":1}}}'])(
  'a package.json of the form %s stops nothing',
  (text) => {
    expect(() => manifestKindOf('package.json')?.read(text, 'package.json')).not.toThrow();
  },
);

test('a manifest over the limit is not read, and the next one is', async () => {
  const { manifests } = await dependenciesIn({
    'package.json': JSON.stringify({ name: 'x'.repeat(300 * 1024) }),
    'z/package.json': '{"name":"small"}',
  });
  expect(manifests).toMatchObject([{ state: 'too large' }, { state: 'read', name: 'small' }]);
});

test('of many manifests those nearest to the root are read, and the others are counted', async () => {
  const deep = Object.fromEntries(Array.from({ length: 450 }, (_, index) => [`a/${index}/go.mod`, 'module m\n']));
  const { manifests, moreManifests } = await dependenciesIn({ ...deep, 'z/go.mod': 'module near\n' });
  expect(manifests[0]).toMatchObject({ path: 'z/go.mod', name: 'near' });
  expect([manifests.length, moreManifests]).toEqual([50, 401]);
});

test('lists are cut to their top entries', async () => {
  const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`package-${index}`, '1']));
  const { ecosystems } = await dependenciesIn({ 'package.json': JSON.stringify({ dependencies: many }) });
  expect(ecosystems).toMatchObject([{ dependencies: 5_000, more: 4_950 }]);
  expect(ecosystems[0]?.list).toHaveLength(50);
});

const listed = ({ ecosystems }: Awaited<ReturnType<typeof dependenciesIn>>) =>
  ecosystems.flatMap(({ list }) =>
    list.map(({ name, version, development }) => `${name} ${version}${development ? '!' : ''}`),
  );

test('entries of a catalog of Gradle are found, and those that no catalog has are said', async () => {
  const found = await dependenciesIn({
    'gradle/libs.versions.toml':
      '[versions]\nv = "1.2"\n[libraries]\nbyte-buddy = { module = "g:bb", version.ref = "v" }\nj_unit = "g:ju:5"\nbom = { group = "g", name = "bom" }\n[bundles]\nall = ["byte-buddy", "bom"]\n',
    'sub/build.gradle':
      'dependencies {\n  api libs.byte.buddy\n  testImplementation(libs.j.unit)\n  implementation(platform(libs.bom))\n  api(libs.bundles.all)\n  api libs.gone\n  api computed()\n}\n',
  });
  expect(listed(found)).toEqual(['g:bb 1.2', 'g:bom ', 'g:ju 5!']);
  expect(found.manifests).toMatchObject([
    { path: 'gradle/libs.versions.toml', dependencies: 0, offers: 4 },
    { dependencies: 5, notRead: ['api computed()', 'libs.gone, which no catalog here has'] },
  ]);
});

test('central versions of NuGet are those of the nearest file, and a package without a name is none', async () => {
  const props = (version: string) =>
    `<Project><ItemGroup><PackageVersion Include="A" Version="${version}"/><GlobalPackageReference Include="G" Version="9"/></ItemGroup></Project>`;
  const found = await dependenciesIn({
    'Directory.Packages.props': props('1'),
    'src/Directory.Packages.props': props('2'),
    'src/x/x.csproj':
      '\ufeff<Project><ItemGroup><PackageReference Include="a"/><PackageReference Update="Z"/></ItemGroup></Project>',
  });
  expect(listed(found)).toEqual(['G 9', 'a 2']);
  expect(found.manifests.find(({ path }) => path.endsWith('csproj'))?.notRead).toEqual([
    'an update of Z, which is declared elsewhere',
  ]);
});

test('catalogs of pnpm and workspaces of Cargo give their versions', async () => {
  const found = await dependenciesIn({
    'pnpm-workspace.yaml': 'catalog:\n  a: ^1\ncatalogs:\n  old:\n    b: ^2\n',
    'packages/p/package.json': '{"dependencies":{"a":"catalog:","b":"catalog:old","c":"catalog:gone"}}',
    'crates/c/Cargo.toml': '[dependencies]\nd = { workspace = true }\n',
    'Cargo.toml': '[workspace.dependencies]\nd = { version = "4" }\n',
  });
  expect(listed(found).sort()).toEqual(['a ^1', 'b ^2', 'c catalog:gone', 'd 4']);
});

test('what a manifest leaves to others, to programs or to urls is said', async () => {
  const found = await dependenciesIn({
    'requirements.txt': 'a\n-r requirements/base.txt\n-r gone.txt\n-c limits.txt\ngit+https://u:secret@h.x/o/n.git\n',
    'requirements/base.txt': 'b\n',
    'setup.py': 'setup(install_requires=read())\n',
    'pyproject.toml': '[project]\nname="p"\ndynamic=["version","dependencies"]\n',
    'mix.exs': 'defp deps, do: [{:c, "~> 1"}]\n',
  });
  expect(listed(found)).toEqual(['a ', 'b ']);
  const notRead = Object.fromEntries(found.manifests.map((manifest) => [manifest.path, manifest.notRead]));
  expect(notRead).toEqual({
    'requirements.txt': [
      'versions in the constraints limits.txt',
      'the package at git+https://h.x/o/n.git',
      'what it includes from gone.txt',
    ],
    'requirements/base.txt': undefined,
    'setup.py': ['install_requires of setup.py, a program that is not run'],
    'pyproject.toml': ['dependencies, which the build computes'],
    'mix.exs': ['the whole manifest, whose kind this tool cannot read'],
  });
});

test('the report says what is not read', async () => {
  const { offered, activities } = world();
  const { report } = await analyze(
    activities,
    repositoryIn(join(offered, 'plain'), { 'setup.py': 'install_requires' }),
  );
  expect(report).toContain('0 declared; declares things that are not read here: `install_requires of setup.py');
});

test('samples and fixtures are no dependencies of the project, and tests are for development', async () => {
  const found = await dependenciesIn({
    'package.json': '{"dependencies":{"a":"1"}}',
    'examples/x/package.json': '{"dependencies":{"b":"1"}}',
    'tests/syntax-tests/source/requirements.txt': 'c\n',
    'test/X.Tests/X.Tests.csproj':
      '<Project><ItemGroup><PackageReference Include="D" Version="1"/></ItemGroup></Project>',
  });
  expect(listed(found)).toEqual(['a 1', 'D 1!']);
  expect(found).toMatchObject({ samples: 2 });
});

test('a manifest in UTF-16 is read', async () => {
  const found = await dependenciesIn({ 'requirements.txt': Buffer.from('\ufeffa==1\r\nb\r\n', 'utf16le') });
  expect(listed(found)).toEqual(['a ==1', 'b ']);
});

test('remarks of several lines in a Gemfile, and what follows its end, declare nothing', async () => {
  const Gemfile = '=begin\ngem "a"\n=end\ngem "b"\n=begin words\ngem "c"\n=end words\n__END__\ngem "d"\n';
  const { ecosystems } = await dependenciesIn({ Gemfile });
  expect(ecosystems[0]?.list.map(({ name }) => name)).toEqual(['b']);
});

test('one package in two spellings counts once where its registry takes both for the same', async () => {
  const { ecosystems } = await dependenciesIn({
    'requirements.txt': 'Zope.Interface\nzope_interface\n',
    'b/requirements.txt': 'zope-interface\n',
    'a.csproj': '<Project><ItemGroup><PackageReference Include="Serilog" Version="1"/></ItemGroup></Project>',
    'b/b.csproj': '<Project><ItemGroup><PackageReference Include="serilog" Version="1"/></ItemGroup></Project>',
    'package.json': '{"dependencies":{"a-b":"1","a_b":"1"}}',
  });
  const found = ecosystems.map(({ name, list }) => [name, list.map((entry) => [entry.name, entry.manifests])]);
  expect(Object.fromEntries(found)).toEqual({
    PyPI: [['Zope.Interface', 2]],
    NuGet: [['Serilog', 2]],
    npm: [
      ['a-b', 1],
      ['a_b', 1],
    ],
  });
});

test.each(['./wheels/a-1.0-py3-none-any.whl', 'a-1.0-py3-none-any.whl', '-e libs/a.tar.gz[x]'])(
  'the package in the file %s is said not to be read, and none is made up',
  async (line) => {
    const { ecosystems, manifests } = await dependenciesIn({ 'requirements.txt': `${line}\n.\n` });
    expect(ecosystems).toEqual([]);
    expect(manifests[0]?.notRead).toEqual([expect.stringContaining('in the file')]);
  },
);
