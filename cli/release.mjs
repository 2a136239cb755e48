/** `npm run release`: packs, checks and publishes, with provenance where CI offers it. `-- --dry-run` publishes nothing. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const MAX_BYTES = 1_000_000;
const dry = process.argv.includes('--dry-run');
const { version, repository } = JSON.parse(readFileSync('package.json', 'utf8'));
const npm = (args) => spawnSync('npm', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

const problems = [];
if (!readFileSync('CHANGELOG.md', 'utf8').includes(`## [${version}] - `))
  problems.push(`CHANGELOG.md has no section "## [${version}] - <day>": name what is under "## [Unreleased]" so.`);
if (!repository)
  problems.push(
    'package.json names no repository: npm compares it with that of the CI, and refuses provenance without it.',
  );
if (spawnSync('git', ['status', '--porcelain'], { encoding: 'utf8' }).stdout !== '')
  problems.push('There are changes that are not committed.');
const [packed] = JSON.parse(npm(['pack', '--dry-run', '--json', ...(dry ? ['--ignore-scripts'] : [])]).stdout || '[]');
if (!packed) problems.push('npm pack failed; it says why above.');
else {
  console.log(`${packed.filename}: ${packed.size} bytes packed, ${packed.entryCount} files.`);
  if (packed.size > MAX_BYTES) problems.push(`It has ${packed.size} bytes; ${MAX_BYTES} is the limit.`);
}
for (const problem of problems) console.error(problem);
if (problems.length > 0 && !dry) process.exit(1);
// Provenance is signed by the CI that builds: elsewhere npm refuses to make it.
const provenance = process.env.GITHUB_ACTIONS === 'true' ? ['--provenance'] : [];
console.log(`npm publish --access public ${provenance.join(' ')}${dry ? ' (not done: --dry-run)' : ''}`);
if (!dry)
  process.exit(spawnSync('npm', ['publish', '--access', 'public', ...provenance], { stdio: 'inherit' }).status ?? 1);
