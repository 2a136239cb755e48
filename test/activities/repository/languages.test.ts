/** The language of a file is told by its name, its contents and what the repository says; what cannot be told is said. */
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { readTables } from '../../../activities/repository/languages';
import { regExpOf } from '../../../activities/repository/heuristics';
import { attributesOf } from '../../../activities/repository/attributes';
import { git, repositoryIn, run, world } from './world';
import { computed } from '../../fixtures/longest-hold';

async function inventoryOf(tree: Parameters<typeof repositoryIn>[1]) {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), tree);
  return run(activities.takeInventory, await run(activities.fetchRepository, { url }));
}

async function languagesIn(tree: Parameters<typeof repositoryIn>[1]) {
  const { languages } = await inventoryOf(tree);
  return Object.fromEntries(languages.map(({ name, files }) => [name, files]));
}

const samples: Record<string, string> = {
  Verilog: 'module top (input clk);\nalways @(posedge clk) q <= d;\nendmodule\n',
  'Rocq Prover': 'Require Import List.\nLemma a : True.\nProof. trivial. Qed.\n',
  V: 'fn main() {\n  println("a")\n}\n',
};
test.each(Object.keys(samples))('a .v file in %s is told by its contents', async (language) => {
  expect(await languagesIn({ 'a.v': samples[language] ?? '' })).toEqual({ [language]: 1 });
});

test.each([
  ['MATLAB', '% adds\nfunction c = add(a, b)\n'],
  ['Objective-C', '#import <Foundation/Foundation.h>\n@implementation A\n@end\n'],
])('a .m file in %s is told by its contents', async (language, text) => {
  expect(await languagesIn({ 'a.m': text })).toEqual({ [language]: 1 });
});

test('a header is in C++ where it says so, where nothing but C++ is beside it, and in C elsewhere', async () => {
  const header = 'int f(void);\n';
  expect(await languagesIn({ 'a.h': 'class A {};\nstd::string f();\n' })).toEqual({ 'C++': 1 });
  expect(await languagesIn({ 'a.h': header, 'a.cpp': 'int f() { return 1; }\n' })).toEqual({ 'C++': 2 });
  expect(await languagesIn({ 'a.h': header, 'a.c': 'int f(void) { return 1; }\n' })).toEqual({ C: 2 });
  expect(await inventoryOf({ 'a.h': header })).toMatchObject({ languages: [{ name: 'C' }], guessed: 1 });
});

test('binary files are in no language', async () => {
  const { languages, binaryFiles } = await inventoryOf({
    'de.mo': Buffer.from([0xde, 0x12, 0x04, 0x95, 0, 0, 0, 0]),
    'zero.ts': Buffer.alloc(100),
  });
  expect([languages, binaryFiles]).toEqual([[], 2]);
});

test('the translations of Qt are XML, and not TypeScript', async () => {
  expect(
    await languagesIn({ 'de.ts': '<?xml version="1.0"?>\n<TS version="2.1">\n</TS>\n', 'a.ts': 'const a = 1;\n' }),
  ).toEqual({ XML: 1, TypeScript: 1 });
});

test('a tie is said, and not decided by the alphabet', async () => {
  const found = await inventoryOf({ 'a.v': 'nothing that tells\n', 'b.m': 'x = 1\n' });
  expect(found).toMatchObject({ languages: [], undecided: 2, lines: 2 });
});

test('an interpreter tells the language of a script, whatever its extension says', async () => {
  expect(
    await languagesIn({
      run: '#!/usr/bin/env -S A=1 python3.11 -u\n',
      'old.cgi': '#!/usr/bin/perl -w\nuse strict;\n',
      'x.sh': '#! /usr/bin/env node\n',
      Makefile: '#!/usr/bin/make -f\n',
    }),
  ).toEqual({ Python: 1, Perl: 1, JavaScript: 1, Makefile: 1 });
});

test('what .gitattributes say of languages counts, and the nearest file wins', async () => {
  const { languages, vendored } = await inventoryOf({
    '.gitattributes':
      '*.inc linguist-language=php\nlib/** linguist-vendored\n/gen/*.js -diff linguist-generated=true\n*.css linguist-detectable=false\n',
    'lib/.gitattributes': 'own.js -linguist-vendored\n',
    'a.inc': 'x\n',
    'lib/other.js': 'x\n',
    'lib/own.js': 'x\n',
    'gen/a.js': 'x\n',
    'sub/gen/b.js': 'x\n',
    'a.css': 'x\n',
  });
  const files = Object.fromEntries(languages.map(({ name, files: count }) => [name, count]));
  expect(files).toEqual({ PHP: 1, JavaScript: 2 });
  expect(vendored.files).toBe(3); // linguist takes .gitattributes themselves for third-party
});

test('a hostile pattern takes no time', () => {
  const of = attributesOf([{ folder: '', text: `${'*a'.repeat(90)}b linguist-vendored\n` }]);
  const start = computed();
  expect(of('a'.repeat(4_000)).vendored).toBeUndefined();
  expect(computed() - start).toBeLessThan(500);
});

test('a large text file and UTF-16 are text, and links have no lines', async () => {
  const { offered, activities } = world();
  const url = repositoryIn(join(offered, 'plain'), {
    'large.csv': 'a,b\n'.repeat(4.5 * 1024 * 1024),
    'le.txt': Buffer.from('\ufeffone\ntwo\u0a0a\nthree', 'utf16le'),
    'be.txt': Buffer.from('\ufeffone\ntwo\n', 'utf16le').swap16(),
    'marked.bin': Buffer.from([0xff, 0xfe, 0, 0, 1, 0]),
  });
  symlinkSync('large.csv', join(url, 'link'));
  git(url, 'add', '-A');
  git(url, 'commit', '-q', '-m', 'link');
  const found = await run(activities.takeInventory, await run(activities.fetchRepository, { url }));
  expect(found).toMatchObject({ files: 4, symlinks: 1, binaryFiles: 1, lines: 4.5 * 1024 * 1024 + 5 });
});

test('pointers of Git LFS are named and counted, and are no lines', async () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 123456\n`;
  const found = await inventoryOf({ 'model.onnx': pointer, 'data.json': pointer, 'a.json': '{}\n' });
  expect(found).toMatchObject({ lfs: { files: 2, bytes: 246_912 }, lines: 1, languages: [{ name: 'JSON', files: 1 }] });
});

test.each([
  ['a++b', 'aab', 'b'],
  ['(?>a|b)c', 'bc', 'b'],
  ['\\Aa', 'a', 'b\na'],
  ['a\\z', 'a', 'a\nb'],
  ['^a$', 'b\na', 'ba'],
  ['(?i)a', 'A', 'b'],
  ['(?i:a)b', 'Ab', 'b'],
  ['(?m)a.b', 'a\nb', 'ab'],
])('the pattern %j of Ruby means the same in JavaScript', (pattern, fits, not) => {
  const compiled = regExpOf(pattern);
  expect([compiled?.test(fits), compiled?.test(not)]).toEqual([true, false]);
});

test('all but a few rules of linguist are understood', async () => {
  const { rules } = await readTables();
  const patterns = Object.values(rules).flatMap((list) =>
    list.flatMap(({ conditions }) => conditions.flatMap((condition) => condition.patterns)),
  );
  const refused = new Set(patterns.filter((pattern) => regExpOf(pattern) === undefined));
  expect(patterns.length).toBeGreaterThan(300);
  expect(refused.size).toBeLessThanOrEqual(2);
});
