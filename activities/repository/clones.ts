/**
 * A worker's clones: bare, without a work tree, one folder for each url and commit, never changed once it stands. A step may
 * run on any worker, so each asks for the clone it needs and gets it fetched if it is not here. A folder appears whole or not
 * at all; when two workers fetch the same one, the second throws its own away.
 */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Repository } from '../../workflows/analyze-repository/tool';
import { failure } from '../failure';
import type { StepContext } from '../step';
import { cloneFolders } from './clone-folders';
import { download } from './download';
import { GitError, gitIn } from './git';
import { remoteFailure } from './remote-failure';
import { tipOf } from './remote';
import { sourceOf } from './source';
import type { Source } from './source';

export interface RepositoryConfig {
  /** Where clones are kept. Belongs to the workers of one machine; may be emptied at any time. */
  readonly cacheDir: string;
  /** Folders whose local repositories may be analyzed. */
  readonly localPaths: readonly string[];
  /** Largest clone, bytes on disk. */
  readonly maxBytes: number;
}

/** A clone, open for reading. Each call is one git child that ends with the step. */
export interface Clone {
  readonly commit: string;
  readonly records: (args: readonly string[], separator?: '\0' | '\n') => AsyncGenerator<string>;
  readonly read: (args: readonly string[], limit?: number) => Promise<string>;
}

export type Clones = ReturnType<typeof clonesIn>;

export function clonesIn(config: RepositoryConfig) {
  const cacheDir = resolve(config.cacheDir);
  const git = gitIn(cacheDir);
  const folders = cloneFolders(cacheDir);

  /** Makes sure that the clone is here, and marks it as used. */
  const provide = (source: Source, commit: string, context: StepContext): Promise<string> =>
    folders.provide(`${source.url}\0${commit}`, (folder) =>
      download({ git, source, commit, folder, maxBytes: config.maxBytes }, context),
    );

  return {
    /**
     * Fetches the newest commit of a ref.
     *
     * @throws ApplicationFailure `invalid_input`, `refused` or `unavailable`
     */
    async fetch(url: string, ref: string | undefined, context: StepContext): Promise<Repository> {
      const source = await sourceOf(url, config.localPaths);
      return asFailure(async () => {
        const tip = await tipOf(git, source, ref, context.signal);
        if (tip === undefined) return { url: source.url, ref: null, commit: null, empty: true, shallow: false };
        const gitDir = await provide(source, tip.commit, context);
        const shallow = await stat(join(gitDir, 'shallow')).then(
          () => true,
          () => false,
        );
        return { url: source.url, ref: tip.ref, commit: tip.commit, empty: false, shallow };
      });
    },

    /**
     * Runs `look` on the clone of a repository; on `whenEmpty` hands back that instead.
     *
     * @throws ApplicationFailure as `fetch`; `unavailable` when the clone cannot be read, which also discards it
     */
    async read<R>(
      repository: Repository,
      context: StepContext,
      whenEmpty: R,
      look: (clone: Clone) => Promise<R>,
    ): Promise<R> {
      const { commit } = repository;
      if (commit === null) return whenEmpty;
      const source = await sourceOf(repository.url, config.localPaths);
      const gitDir = await asFailure(() => provide(source, commit, context));
      const call = { gitDir, signal: context.signal };
      try {
        return await look({
          commit,
          records: (args, separator) => git.records(args, call, separator),
          read: (args, limit) => git.read(args, call, limit),
        });
      } catch (error) {
        if (!(error instanceof GitError) || context.signal.aborted) throw error;
        if (error.isOutOfMemory) throw remoteFailure(error);
        await folders.discard(gitDir); // damaged, or swept away meanwhile: the next attempt starts from a new one
        throw failure('unavailable', 'The copy of the repository could not be read and was discarded.', error);
      }
    },
  };
}

async function asFailure<R>(run: () => Promise<R>): Promise<R> {
  return run().catch((error: unknown) => {
    throw error instanceof GitError ? remoteFailure(error) : error;
  });
}
