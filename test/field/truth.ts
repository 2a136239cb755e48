/** What git itself says of a clone, by other commands than those that the tool runs. */
import { execFileSync } from 'node:child_process';

/** By name. Those that the tool and git have under one name have to be equal. */
export type Facts = Readonly<Record<string, string | number>>;

/** How many of the newest commits the tool takes its hot spots from. */
const HOT_SPOT_COMMITS = 10_000;
const GIB = 1024 ** 3;

/** Git on one clone, without what the machine, the user or a work tree says of attributes and names. */
function gitOf(gitDir: string): (args: readonly string[], input?: string) => Buffer {
  const settings = ['core.bare=true', 'core.attributesFile=/dev/null', 'attr.tree=', 'mailmap.blob=HEAD:.mailmap'];
  const options = [`--git-dir=${gitDir}`, ...settings.flatMap((setting) => ['-c', setting])];
  const env = { PATH: process.env['PATH'], LC_ALL: 'C', GIT_NO_REPLACE_OBJECTS: '1', GIT_CONFIG_NOSYSTEM: '1' };
  const safe = { ...env, GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' };
  return (args, input) =>
    execFileSync('git', [...options, ...args], {
      env: safe,
      maxBuffer: 2 * GIB,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(input !== undefined && { input }),
    });
}

const linesOf = (output: Buffer): string[] => output.toString().split('\n').filter(Boolean);
const count = (output: Buffer): number => Number(output.toString());
const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

export function truthOf(gitDir: string): Facts {
  const git = gitOf(gitDir);
  return { commit: git(['rev-parse', 'HEAD']).toString().trim(), ...filesOf(git), ...pastOf(git), ...hotSpotsOf(git) };
}

type Git = ReturnType<typeof gitOf>;

function filesOf(git: Git): Facts {
  const listed = git(['ls-tree', '-r', '-z', '--full-tree', 'HEAD']).toString('latin1').split('\0').filter(Boolean);
  const ids = (mode: RegExp) => listed.filter((line) => mode.test(line)).map((line) => line.split(/[ \t]/, 3)[2] ?? '');
  const regular = ids(/^100/);
  const sizes = linesOf(git(['cat-file', '--batch-check=%(objectsize)'], regular.map((id) => `${id}\n`).join('')));
  const bytes = sizes.map(Number).sort((a, b) => b - a);
  return {
    files: regular.length,
    symlinks: ids(/^120/).length,
    submodules: ids(/^160/).length,
    bytes: sum(bytes),
    largest: bytes.slice(0, 10).join(' '),
    ...textOf(git),
  };
}

/** Lines that a diff from nothing adds. Git takes UTF-16 for binary, and links and pointers of LFS for text; the tool does not. */
function textOf(git: Git): Facts {
  const empty = git(['hash-object', '-t', 'tree', '--stdin'], '').toString().trim();
  const added = git(['diff', '--numstat', '-z', '--no-renames', '--no-textconv', '--ignore-submodules', empty, 'HEAD'])
    .toString('latin1')
    .split('\0')
    .filter(Boolean)
    .map((row) => /^(\d+|-)\t(?:\d+|-)\t([^]*)$/.exec(row) ?? [])
    .map(([, lines = '', path = '']) => ({ path, lines: lines === '-' ? undefined : Number(lines) }));
  const paths = (pattern: string, ...flags: string[]): Set<string> => {
    try {
      const found = git(['grep', '-l', '-z', '--full-name', ...flags, pattern, 'HEAD'])
        .toString('latin1')
        .split('\0');
      return new Set(found.filter(Boolean).map((name) => name.slice('HEAD:'.length)));
    } catch {
      return new Set(); // git grep ends with 1 when it finds nothing
    }
  };
  const links = new Set(
    git(['ls-tree', '-r', '-z', 'HEAD'])
      .toString('latin1')
      .split('\0')
      .filter((row) => row.startsWith('120000'))
      .map((row) => row.slice(row.indexOf('\t') + 1)),
  );
  const pointers = paths('^version https://git-lfs.github.com/spec/v1$', '-I');
  const marked = paths('^(\\xff\\xfe|\\xfe\\xff)', '-a', '-P');
  let [lines, binary, lfs] = [0, 0, 0];
  for (const file of added) {
    if (links.has(file.path)) continue;
    const wide = file.lines === undefined && marked.has(file.path) ? wideLines(git, file.path) : undefined;
    if (pointers.has(file.path) && isPointer(git, file.path)) lfs += 1;
    else if ((file.lines ?? wide) === undefined) binary += 1;
    else lines += file.lines ?? wide ?? 0;
  }
  return { lines, 'binary files': binary, 'LFS pointers': lfs };
}

function isPointer(git: Git, path: string): boolean {
  const text = git(['cat-file', 'blob', `HEAD:${Buffer.from(path, 'latin1').toString()}`]);
  return text.length <= 1_024 && text.toString('latin1').startsWith('version https://git-lfs.github.com/spec/v1\n');
}

/** Lines of a file in UTF-16, as iconv and wc count them; undefined when iconv cannot read it. */
function wideLines(git: Git, path: string): number | undefined {
  try {
    const input = git(['cat-file', 'blob', `HEAD:${Buffer.from(path, 'latin1').toString()}`]);
    const stdio: ['pipe', 'pipe', 'ignore'] = ['pipe', 'pipe', 'ignore'];
    const text = execFileSync('iconv', ['-f', 'utf-16', '-t', 'utf-8'], { input, maxBuffer: 2 * GIB, stdio });
    return text.includes(0) ? undefined : count(execFileSync('sed', ['-n', '$='], { input: text }));
  } catch {
    return undefined;
  }
}

function pastOf(git: Git): Facts {
  const grouped = linesOf(git(['shortlog', '-s', '--group=format:%aE%x09%aN', 'HEAD'])).map((row) => {
    const [, commits = '', address = '', name = ''] = /^\s*(\d+)\t([^\t]*)\t?(.*)$/.exec(row) ?? [];
    return [address.toLowerCase() || name, Number(commits)] as const;
  });
  const authors = new Map<string, number>();
  for (const [author, commits] of grouped) authors.set(author, (authors.get(author) ?? 0) + commits);
  const seconds = linesOf(git(['rev-list', '--timestamp', 'HEAD'])).map((row) => Number(row.split(' ', 1)[0]));
  const latest = Date.now() / 1_000 + 86_400;
  const likely = seconds.filter((time) => time >= 86_400 && time <= latest).sort((a, b) => a - b);
  const iso = (time: number | undefined) => (time === undefined ? 'none' : new Date(time * 1_000).toISOString());
  const years = new Map<number, number>();
  for (const time of likely) {
    const year = new Date(time * 1_000).getUTCFullYear();
    years.set(year, (years.get(year) ?? 0) + 1);
  }
  return {
    commits: count(git(['rev-list', '--count', 'HEAD'])),
    merges: count(git(['rev-list', '--count', '--merges', 'HEAD'])),
    authors: authors.size,
    'commits of the first 15': [...authors.values()]
      .sort((a, b) => b - a)
      .slice(0, 15)
      .join(' '),
    first: iso(likely[0]),
    last: iso(likely.at(-1)),
    'odd dates': seconds.length - likely.length,
    years: [...years]
      .sort(([a], [b]) => b - a)
      .map((pair) => pair.join(':'))
      .join(' '),
  };
}

function hotSpotsOf(git: Git): Facts {
  const newest = git(['rev-list', `--max-count=${HOT_SPOT_COMMITS}`, 'HEAD']).toString();
  const diff = ['diff-tree', '--stdin', '-r', '--root', '-M100%', '--no-commit-id', '--raw', '-z'];
  const fields = git([...diff, '--ignore-submodules=all'], newest)
    .toString()
    .split('\0');
  const touched = new Map<string, number>();
  const moved = new Map<string, string>();
  for (let at = 0; at + 1 < fields.length;) {
    const [from = '', to = ''] = fields.slice(at + 1, at + 3);
    const isMove = / R\d+$/.test(fields[at] ?? '');
    const path = isMove ? to : from;
    if (isMove && !moved.has(from)) moved.set(from, to);
    touched.set(path, (touched.get(path) ?? 0) + 1);
    at += isMove ? 3 : 2;
  }
  const present = new Set(git(['ls-tree', '-r', '-z', '--name-only', '--full-tree', 'HEAD']).toString().split('\0'));
  const sums = new Map<string, number>();
  for (const [path, commits] of touched) {
    let name = path;
    for (let steps = 0; steps < 1_000 && !present.has(name) && moved.has(name); steps += 1)
      name = moved.get(name) ?? name;
    sums.set(name, (sums.get(name) ?? 0) + commits);
  }
  const top = [...sums.values()].sort((a, b) => b - a).slice(0, 20);
  return { 'changes of the first 20': top.join(' ') };
}
