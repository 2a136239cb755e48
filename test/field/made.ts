/** Makes a large repository with all that is odd in real ones: merges, renames, a mailmap, strange dates, tags with messages. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { execFileSync } from 'node:child_process';

const COMMITS = 80_000;
const FOLDERS = 200;
const FILES_OF_A_FOLDER = 100;
const LINES_OF_A_FILE = 500;
/** Small files that later commits change. */
const CHANGED = 300;
const PEOPLE = 400;

/** What fast-import reads of one commit. */
function commitOf(n: number, parents: readonly number[], changes: string): string {
  const person = `Person ${n % PEOPLE} <Person${n % PEOPLE}@example.${n % 3 === 0 ? 'com' : 'org'}>`;
  const time = n === 5 ? 0 : n === 6 ? 9_000_000_000 : 1_200_000_000 + n * 5_000;
  const zone = n % 2 === 0 ? '+1400' : '-0930';
  const [first, ...merged] = parents.map((parent) => `:${parent}`);
  return [
    'commit refs/heads/main',
    `mark :${n}`,
    `author ${person} ${time} ${zone}`,
    `committer ${person} ${time} ${zone}`,
    'data 1\nx',
    ...(first === undefined ? [] : [`from ${first}`]),
    ...merged.map((parent) => `merge ${parent}`),
    changes,
    '',
  ].join('\n');
}

const fileOf = (path: string, text: string): string => `M 100644 inline ${path}\ndata ${text.length}\n${text}\n`;

function* stream(): Generator<string> {
  const lines = (seed: number, many: number) =>
    Array.from({ length: many }, (_each, at) => `const v${at} = ${(seed * 7919 + at * 104_729) % 1_000_003};\n`).join(
      '',
    );
  for (let n = 1; n <= COMMITS; n += 1) {
    const changes: string[] = [];
    if (n <= FOLDERS)
      for (let file = 0; file < FILES_OF_A_FOLDER; file += 1)
        changes.push(fileOf(`src/f${n % 10}/g${n}/${file}.ts`, lines(n * 1_000 + file, LINES_OF_A_FILE)));
    else changes.push(fileOf(`hot/${(n * n) % CHANGED}.c`, lines(n, 5)));
    if (n % 500 === 0) changes.push(`R src/f${(n / 500) % 10}/g${(n / 500) % 200} src/moved${n}\n`);
    if (n === COMMITS)
      changes.push(
        fileOf(
          '.mailmap',
          Array.from({ length: PEOPLE }, (_each, person) => `<p${person}@a.b> <person${person}@example.org>\n`).join(
            '',
          ),
        ),
      );
    const parents = n === 1 ? [] : n % 40 === 0 && n > 400 ? [n - 1, n - 30] : [n - 1];
    yield commitOf(n, parents, changes.join(''));
    if (n % 1_000 === 0)
      yield `tag v${n}\nfrom :${n}\ntagger T <t@example.com> ${1_200_000_000 + n} +0000\ndata 1\nt\n`;
  }
}

/** @param folder - becomes a bare repository of 80,000 commits and 10 million lines; it takes a minute or two */
export async function makeRepository(folder: string): Promise<void> {
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', folder]);
  const child = spawn('git', [`--git-dir=${folder}`, 'fast-import', '--quiet'], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = once(child, 'close');
  for (const part of stream()) if (!child.stdin.write(part)) await once(child.stdin, 'drain');
  child.stdin.end();
  const [code] = (await ended) as [number];
  if (code !== 0) throw new Error(`git fast-import ended with ${code}.`);
}
