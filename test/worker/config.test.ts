import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../cli/root';
import { workerConfig } from '../../worker/config';

function configured(yaml: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'holdfast-config-')), 'holdfast.yaml');
  writeFileSync(path, yaml);
  return path;
}

const sourcesOf = (yaml: string, env: Record<string, string> = {}) =>
  workerConfig({ HOLDFAST_CONFIG: configured(`worker:\n  sources: ${yaml}\n`), ...env }).activities.sources;

test('the example configuration is valid and says the defaults', () => {
  const example = workerConfig({ HOLDFAST_CONFIG: join(packageRoot(), 'holdfast.yaml') });
  expect({ ...example, files: [] }).toEqual(workerConfig({}));
});

test('a worker that stops waits as long as the file says, or the environment', () => {
  const HOLDFAST_CONFIG = configured('worker: { drain: 7200 }\n');
  expect(workerConfig({ HOLDFAST_CONFIG }).drainMs).toBe(7_200_000);
  expect(workerConfig({ HOLDFAST_CONFIG, HOLDFAST_DRAIN: '5' }).drainMs).toBe(5_000);
  expect(() => workerConfig({ HOLDFAST_DRAIN: 'long' })).toThrow('HOLDFAST_DRAIN must be seconds.');
});

test('the four public sources are on, and those that need an address are off', () => {
  expect(workerConfig({}).activities.sources).toEqual({
    wikipedia: { language: 'en' },
    hackerNews: {},
    arxiv: {},
    github: {},
    feeds: [],
    folders: [],
  });
});

test('a source is off when it is false', () => {
  expect(sourcesOf('{ wikipedia: false, hacker_news: false, arxiv: false, github: false }')).toEqual({
    feeds: [],
    folders: [],
  });
});

test('the token comes from the variable that is named', () => {
  expect(sourcesOf('{ github: { token_env: MY_TOKEN } }', { MY_TOKEN: 'hunter2' }).github).toEqual({
    token: 'hunter2',
  });
});

test.each([
  ['a variable that is not set', '{ github: { token_env: MY_TOKEN } }', 'MY_TOKEN'],
  ['a source that does not exist', '{ gopher: {} }', 'gopher'],
  ['an unknown setting of a source', '{ wikipedia: { lang: de } }', 'lang'],
  ['a source that is true', '{ arxiv: true }', 'worker.sources.arxiv'],
  ['a language that is none', '{ wikipedia: { language: evil.example/ } }', 'worker.sources.wikipedia.language'],
  ['a folder that is not there', '{ folders: [/nowhere/at/all] }', '/nowhere/at/all'],
  ['an address that is none', '{ searxng: { url: "ftp://x" } }', 'worker.sources.searxng.url'],
])('%s stops the start with a sentence that names it', (_what, yaml, words) => {
  expect(() => sourcesOf(yaml)).toThrow(words);
});

test('the folders of local repositories in the file win over those of the environment', () => {
  const offeredBy = (yaml: string) =>
    workerConfig({ HOLDFAST_CONFIG: configured(yaml), HOLDFAST_GIT_LOCAL_PATHS: '/here:/there' }).activities.repository
      .localPaths;
  expect(offeredBy('worker: { repository: { local_paths: [/srv/git] } }')).toEqual(['/srv/git']);
  expect(offeredBy('worker: { repository: { local_paths: [] } }')).toEqual([]);
  expect(offeredBy('worker: {}')).toEqual(['/here', '/there']);
});

test('the files that hold secrets of upstreams are among those that are looked at for changes', () => {
  const HOLDFAST_CONFIG = configured(
    `upstreams: { far: { url: 'https://far.example/mcp', headers: { Authorization: 'Bearer \${FAR}' } } }\n`,
  );
  const FAR_FILE = join(mkdtempSync(join(tmpdir(), 'holdfast-secret-')), 'far');
  writeFileSync(FAR_FILE, 'one');
  expect(workerConfig({ HOLDFAST_CONFIG, FAR_FILE }).files).toEqual([HOLDFAST_CONFIG, FAR_FILE]);
});
