/** Which names patterns fit, and which they admit. */
import { admits, fits, isOffered, namesAnywhere, settingsOf } from '../../config/patterns';
import { computed } from '../fixtures/longest-hold';

test.each([
  ['github.*', 'github.create_issue', true],
  ['github.*', 'gitlab.create_issue', false],
  ['*', '', true],
  ['a*a', 'a', false],
  ['a*a', 'aa', true],
  ['*_file*', 'read_file', true],
  ['a*b*c', 'a-c-b', false],
  ['a*b*c', 'a-b-c', true],
  ['read', 'read_file', false],
  ['a.b', 'axb', false],
])('%s and %s: %s', (pattern, name, whether) => {
  expect(fits(pattern, name)).toBe(whether);
});

test('a pattern of many stars takes no time', () => {
  const begun = computed();
  expect(fits(`${'*a'.repeat(20_000)}*c`, `${'a'.repeat(100_000)}b`)).toBe(false);
  expect(computed() - begun).toBeLessThan(1_000);
});

test('of the patterns that fit the last one counts', () => {
  const patterns = ['github.*', '!github.delete_*', 'github.delete_label'];
  const admitted = ['github.read', 'github.delete_repo', 'github.delete_label', 'other.read'].filter((name) =>
    admits(patterns, [name]),
  );
  expect(admitted).toEqual(['github.read', 'github.delete_label']);
});

test('a list that begins with a taking away takes away from everything, and an empty one admits nothing', () => {
  expect(['a.read', 'a.delete_x'].filter((name) => admits(['!a.delete_*'], [name]))).toEqual(['a.read']);
  expect(admits([], ['a.read'])).toBe(false);
});

const tool = { upstream: 'github', original: 'create issue', listed: 'github_create_issue' };

test('a tool may be named by upstream and name there, and by its listed name', () => {
  expect(namesAnywhere(tool)).toEqual(['github.create issue', 'github_create_issue']);
  expect(namesAnywhere({ listed: 'analyze_repository' })).toEqual(['analyze_repository']);
});

test.each([
  [['*'], [], true],
  [['*'], ['create *'], false],
  [['*'], ['github.create*'], false],
  [['*'], ['github_create_issue'], false],
  [['create issue'], [], true],
  [['delete*'], [], false],
  [['*', '!create*'], [], false],
  [['*'], ['*', '!create*'], true],
])('allow %j and deny %j: offered is %s', (allow, deny, whether) => {
  expect(isOffered({ allow, deny }, tool)).toBe(whether);
});

test('each setting of a tool is from the last pattern that fits and has it', () => {
  const byPattern: Record<string, { approval?: string; attempts?: number }> = {
    '*': { approval: 'none', attempts: 2 },
    'create *': { approval: 'required' },
    'delete*': { attempts: 1 },
  };
  expect(settingsOf(byPattern, tool)).toEqual({ approval: 'required', attempts: 2 });
});
