/** `npm run release`: packs, checks and publishes holdfast and create-holdfast, with provenance where CI offers it. `-- --dry-run` publishes nothing. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const MAX_BYTES = 1_000_000;
const dry = process.argv.includes('--dry-run');
const manifest = (folder) => JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
const { version, repository } = manifest('.');
const create = manifest('project/create');
const npm = (args) => spawnSync('npm', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

const problems = [];
if (!readFileSync('CHANGELOG.md', 'utf8').includes(`## [${version}] - `))
  problems.push(`CHANGELOG.md has no section "## [${version}] - <day>": name what is under "## [Unreleased]" so.`);
for (const [path, { repository: named }] of [
  ['package.json', { repository }],
  ['project/create/package.json', create],
])
  if (!named)
    problems.push(
      `${path} names no repository: npm compares it with that of the CI, and refuses provenance without it. Add "repository": "github:<owner>/<name>".`,
    );
if (create.version !== version || create.dependencies.holdfast !== version)
  problems.push(`project/create/package.json has to have the version ${version}, and to depend on that of holdfast.`);
if (spawnSync('git', ['status', '--porcelain'], { encoding: 'utf8' }).stdout !== '')
  problems.push('There are changes that are not committed.');
// create-holdfast is second, since it is of no use before the other is there.
const folders = ['.', './project/create'];
for (const folder of folders) {
  const [packed] = JSON.parse(
    npm(['pack', folder, '--dry-run', '--json', ...(dry ? ['--ignore-scripts'] : [])]).stdout || '[]',
  );
  if (!packed) problems.push(`npm pack ${folder} failed; it says why above.`);
  else {
    console.log(`${packed.filename}: ${packed.size} bytes packed, ${packed.entryCount} files.`);
    if (packed.size > MAX_BYTES)
      problems.push(`${packed.filename} has ${packed.size} bytes; ${MAX_BYTES} is the limit.`);
  }
}
for (const problem of problems) console.error(problem);
if (problems.length > 0 && !dry) process.exit(1);
// Provenance is signed by the CI that builds: elsewhere npm refuses to make it.
const provenance = process.env.GITHUB_ACTIONS === 'true' ? ['--provenance'] : [];
for (const folder of folders) {
  const publish = ['publish', folder, '--access', 'public', ...provenance];
  console.log(`npm ${publish.join(' ')}${dry ? ' (not done: --dry-run)' : ''}`);
  if (!dry && spawnSync('npm', publish, { stdio: 'inherit' }).status !== 0) process.exit(1);
}
