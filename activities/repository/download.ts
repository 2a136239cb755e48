/** Fetches one commit with its history into a new bare repository, and stops when that grows too large. */
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from '../failure';
import type { StepContext } from '../step';
import { touch } from './clone-folders';
import type { Git } from './git';
import type { Source } from './source';
import { sizeOf } from './visible';

/** How often the size is checked, milliseconds. The limit may be exceeded by what arrives between two checks. */
const WATCH_MS = 250;

export interface Download {
  readonly git: Git;
  readonly source: Source;
  readonly commit: string;
  /** Must not exist yet. When the download fails it stays behind incomplete, and the caller removes it. */
  readonly folder: string;
  /** Largest clone, bytes on disk. */
  readonly maxBytes: number;
}

/**
 * @throws GitError when git fails, EgressError when it could not connect
 * @throws ApplicationFailure `refused` when the repository is larger than `maxBytes`, or the id is not that of a commit
 */
export async function download(
  { git, source, commit, folder, maxBytes }: Download,
  context: StepContext,
): Promise<void> {
  const overLimit = new AbortController();
  const signal = AbortSignal.any([context.signal, overLimit.signal]);
  const watch = async () => {
    await touch(folder); // shows other workers that this download is alive
    if ((await packBytesIn(folder)) > maxBytes) overLimit.abort();
  };

  await mkdir(folder);
  const timer = setInterval(() => void watch(), WATCH_MS);
  try {
    // `init` and `fetch` instead of `clone`: no templates, no other branches, and a commit that cannot change meanwhile.
    await initialize(git, folder, commit, signal);
    const options = ['--progress', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--update-shallow'];
    await git.read(['fetch', ...options, '--', source.remote, `+${commit}:refs/holdfast/commit`], {
      gitDir: folder,
      signal,
      source,
      onStderr: (line) => reportTo(context, line),
    });
    await watch(); // a quick download may end before the first check
    if (overLimit.signal.aborted) throw tooLarge(maxBytes);
    const peeled = await git
      .read(['rev-parse', '--verify', '--quiet', 'refs/holdfast/commit^{commit}'], { gitDir: folder, signal })
      .catch(() => '');
    if (peeled.trim() !== commit) throw notACommit();
  } catch (error) {
    throw overLimit.signal.aborted && !context.signal.aborted ? tooLarge(maxBytes) : error;
  } finally {
    clearInterval(timer);
  }
}

/** Makes a bare repository without hooks for objects of the kind that the commit has. */
export async function initialize(git: Git, folder: string, commit: string, signal: AbortSignal): Promise<void> {
  const format = commit.length === 64 ? 'sha256' : 'sha1';
  await git.read(['init', '--quiet', '--bare', '--template=', `--object-format=${format}`, '--', folder], { signal });
}

export function notACommit() {
  return failure('refused', 'The ref names something else than a commit.');
}

function tooLarge(maxBytes: number) {
  return failure(
    'refused',
    `The repository is larger than ${sizeOf(maxBytes)}, the limit of this server. The operator can raise it with worker.repository.max_bytes.`,
  );
}

/** Bytes of all packs, including those that are still arriving. The settings make git keep all that it fetches in packs. */
async function packBytesIn(folder: string): Promise<number> {
  const packs = join(folder, 'objects', 'pack');
  let bytes = 0;
  for (const name of await readdir(packs).catch(() => [])) {
    bytes += await stat(join(packs, name)).then(
      ({ size }) => size,
      () => 0, // git renames and removes files while it works
    );
  }
  return bytes;
}

/** Reports the progress that git writes to stderr. */
function reportTo(context: StepContext, line: string): void {
  const [, what, done, total] = /^(Receiving objects|Resolving deltas):\s+\d+% \((\d+)\/(\d+)\)/.exec(line) ?? [];
  if (what === undefined) return;
  context.report({ message: what, done: Number(done), total: Number(total) });
}
