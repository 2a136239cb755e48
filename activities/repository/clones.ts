/**
 * The clones of one worker: bare repositories without a work tree, one for each url and commit, never changed once complete.
 * That of a local repository holds no objects, and reads them where they are. A step may run on any worker, so each step asks for
 * the clone that it needs; it is made if this worker does not have it.
 */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Repository } from '../../workflows/analyze-repository/tool';
import { EgressError } from '../egress/error';
import { createTunnels } from '../egress/tunnel';
import { failure } from '../failure';
import type { StepContext } from '../step';
import { blobsOf } from './blobs';
import type { Blob } from './blobs';
import { borrow, shallowOf, whyUnreadable } from './borrow';
import { createCloneFolders, touch } from './clone-folders';
import { download } from './download';
import { GitError, createGit } from './git';
import { connectionFailure, remoteFailure } from './remote-failure';
import { tipOf } from './remote';
import { sourceOf } from './source';
import type { Source } from './source';

export interface RepositoryConfig {
  /** Where clones are kept. The workers of one machine share it; it may be emptied at any time. */
  readonly cacheDir: string;
  /** Folders whose local repositories may be analyzed. */
  readonly localPaths: readonly string[];
  /** Largest clone, bytes on disk. */
  readonly maxBytes: number;
  /** `host:port` pairs of hosts that may have private addresses. Absent: none. */
  readonly allow?: readonly string[];
}

/** A clone, open for reading. Each call runs git once; the process ends with the step at the latest. */
export interface Clone {
  readonly commit: string;
  /** As {@link Git.records}. */
  records(args: readonly string[], separator?: '\0' | '\n'): AsyncGenerator<string>;
  /** Files by their ids, in that order. Only the first `most` bytes of each are kept. */
  blobs(ids: readonly string[], most: number): AsyncGenerator<Blob>;
}

export interface Clones {
  /**
   * Fetches the newest commit of a ref.
   *
   * @throws ApplicationFailure `invalid_input`, `refused` or `unavailable`
   */
  fetch(url: string, ref: string | undefined, context: StepContext): Promise<Repository>;
  /**
   * Runs `look` on the clone of a repository. For a repository without commits it returns `whenEmpty` instead.
   *
   * @throws ApplicationFailure as `fetch`; also when the clone cannot be read, which discards it: `unavailable` when it was here
   *   already, `refused` when it had just been fetched and another one would be no better
   */
  read<R>(repository: Repository, context: StepContext, whenEmpty: R, look: (clone: Clone) => Promise<R>): Promise<R>;
}

export function createClones(config: RepositoryConfig): Clones {
  const cacheDir = resolve(config.cacheDir);
  const git = createGit(cacheDir, createTunnels(config.allow ?? []));
  const folders = createCloneFolders(cacheDir);

  /** Returns the clone's folder. Makes the clone first, which is new then, if it does not exist here. */
  const provide = async (source: Source, commit: string, context: StepContext) => {
    let isNew = false;
    const isLocal = source.protocol === 'file';
    const shallow = isLocal ? await shallowOf(source) : '';
    const gitDir = await folders.provide(
      [isLocal ? source.remote : source.url, commit, shallow].join('\0'),
      (folder) => {
        isNew = true;
        return isLocal
          ? borrow({ git, source, commit, shallow, folder }, context)
          : download({ git, source, commit, folder, maxBytes: config.maxBytes }, context);
      },
    );
    return { gitDir, isNew };
  };

  /** The source of a repository that was analyzed up to here. A local one may have been changed meanwhile, also to lead elsewhere. */
  const assertSame = async ({ url }: Repository, { remote }: Source) => {
    if ((await sourceOf(url, config.localPaths)).remote !== remote) throw changed();
  };

  return {
    async fetch(url, ref, context) {
      const source = await sourceOf(url, config.localPaths);
      return asFailure(async () => {
        const tip = await tipOf(git, source, ref, context.signal);
        if (tip === undefined) return { url: source.url, ref: null, commit: null, empty: true, shallow: false };
        const { gitDir } = await provide(source, tip.commit, context);
        return { url: source.url, ref: tip.ref, commit: tip.commit, empty: false, shallow: await isShallow(gitDir) };
      });
    },

    async read(repository, context, whenEmpty, look) {
      const { commit } = repository;
      if (commit === null) return whenEmpty;
      const source = await sourceOf(repository.url, config.localPaths);
      const { gitDir, isNew } = await asFailure(() => provide(source, commit, context));
      if ((await isShallow(gitDir)) !== repository.shallow) throw changed();
      const call = { gitDir, signal: context.signal };
      try {
        const seen = await look({
          commit,
          records: (args, separator) => git.records(args, call, separator),
          blobs: (ids, most) =>
            blobsOf(
              git.chunks(['cat-file', '--batch', '--buffer'], { ...call, input: ids.map((id) => `${id}\n`).join('') }),
              most,
            ),
        });
        if (source.protocol === 'file') await assertSame(repository, source);
        return seen;
      } catch (error) {
        if (!(error instanceof GitError) || context.signal.aborted) throw error;
        if (error.isOutOfMemory) throw remoteFailure(error);
        if (source.protocol === 'file' && (await touch(gitDir))) throw await whyUnreadable(error, source);
        await folders.discard(gitDir); // damaged, or removed meanwhile: the next attempt fetches it again
        if (isNew && error.code !== null) {
          throw failure(
            'refused',
            "Git could not read the repository, although its copy was new. Another attempt would most likely end alike; the operator finds git's words in the history of the job.",
            error,
          );
        }
        throw failure('unavailable', 'The copy of the repository could not be read and was discarded.', error);
      }
    },
  };
}

const isShallow = (gitDir: string): Promise<boolean> =>
  stat(join(gitDir, 'shallow')).then(
    () => true,
    () => false,
  );

function changed() {
  return failure(
    'refused',
    'The repository was changed while it was analyzed, so that the findings would not fit together. Call the tool again.',
  );
}

/** Runs `run` and turns an error of git into the failure that a caller is told. */
async function asFailure<R>(run: () => Promise<R>): Promise<R> {
  return run().catch((error: unknown) => {
    if (error instanceof EgressError) throw connectionFailure(error);
    throw error instanceof GitError ? remoteFailure(error) : error;
  });
}
