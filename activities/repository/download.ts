/** Fetches one commit with its history into a new bare repository, and stops when that grows too large. */
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from '../failure';
import type { StepContext } from '../step';
import { touch } from './clone-folders';
import type { Git } from './git';
import { strict } from './remote';
import type { Source } from './source';
import { sizeOf } from './visible';

/** How often the size is looked at, milliseconds. What arrives in between is the most that the limit is exceeded by. */
const WATCH_MS = 250;

export interface Download {
  readonly git: Git;
  readonly source: Source;
  readonly commit: string;
  /** Does not exist yet. Left behind half full when the download fails: whoever named it removes it. */
  readonly folder: string;
  readonly maxBytes: number;
}

/**
 * @throws GitError when git fails
 * @throws ApplicationFailure `refused` when the repository is larger than `maxBytes`, or the id is not that of a commit
 */
export async function download(
  { git, source, commit, folder, maxBytes }: Download,
  context: StepContext,
): Promise<void> {
  const full = new AbortController();
  const signal = AbortSignal.any([context.signal, full.signal]);
  const watch = async () => {
    await touch(folder); // says that this download lives
    if ((await packBytesIn(folder)) > maxBytes) full.abort();
  };

  await mkdir(folder);
  const timer = setInterval(() => void watch(), WATCH_MS);
  try {
    // `init` and `fetch` instead of `clone`: no templates, no other branches, and a commit that cannot move under us.
    const format = commit.length === 64 ? 'sha256' : 'sha1';
    await git.read(['init', '--quiet', '--bare', '--template=', `--object-format=${format}`, '--', folder], { signal });
    const options = ['--progress', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--update-shallow'];
    await git.read(['fetch', ...options, ...strict(source), '--', source.remote, `+${commit}:refs/holdfast/commit`], {
      gitDir: folder,
      signal,
      protocol: source.protocol,
      onStderr: (line) => reportTo(context, line),
    });
    await watch(); // a quick download may end before the first look
    if (full.signal.aborted) throw tooLarge(maxBytes);
    const peeled = await git
      .read(['rev-parse', '--verify', '--quiet', 'refs/holdfast/commit^{commit}'], { gitDir: folder, signal })
      .catch(() => '');
    if (peeled.trim() !== commit) throw failure('refused', 'The ref names something else than a commit.');
  } catch (error) {
    throw full.signal.aborted && !context.signal.aborted ? tooLarge(maxBytes) : error;
  } finally {
    clearInterval(timer);
  }
}

function tooLarge(maxBytes: number) {
  return failure(
    'refused',
    `The repository is larger than ${sizeOf(maxBytes)}, the limit of this server. The operator can raise it with worker.repository.max_bytes.`,
  );
}

/** Bytes of all packs, those that are still arriving included. Git is set to keep what it fetches in packs. */
async function packBytesIn(folder: string): Promise<number> {
  const packs = join(folder, 'objects', 'pack');
  let bytes = 0;
  for (const name of await readdir(packs).catch(() => [])) {
    bytes += await stat(join(packs, name)).then(
      ({ size }) => size,
      () => 0, // git renames and removes while it works
    );
  }
  return bytes;
}

function reportTo(context: StepContext, line: string): void {
  const [, what, done, total] = /^(Receiving objects|Resolving deltas):\s+\d+% \((\d+)\/(\d+)\)/.exec(line) ?? [];
  if (what === undefined) return;
  context.report({ message: what, done: Number(done), total: Number(total) });
}
