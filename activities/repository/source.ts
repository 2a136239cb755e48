/**
 * Decides which repositories may be fetched: those at https urls, and local ones inside the folders that the operator names.
 * A refusal repeats nothing of the url, and is the same whether a local path exists or not.
 */
import { lstat, realpath } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { failure } from '../failure';
import { wayOutOf } from './git-folder';

export interface Source {
  /** The url in its normal form: clones are stored under it, and callers see it. */
  readonly url: string;
  /** The url that git is given. For a local repository it names the git directory, with symbolic links resolved. */
  readonly remote: string;
  readonly protocol: 'https' | 'file';
}

/**
 * Checks a url and resolves it.
 *
 * @param url - as the caller gave it
 * @param localPaths - folders whose repositories may be read; if there are none, only https urls are allowed
 * @throws ApplicationFailure `invalid_input`; `refused` when a local folder is not a repository
 */
export async function sourceOf(url: string, localPaths: readonly string[]): Promise<Source> {
  if (isAbsolute(url)) return localSource(url, localPaths);
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined) throw notHttps();
  switch (parsed.protocol) {
    case 'https:':
      if (parsed.username !== '' || parsed.password !== '' || parsed.search !== '' || parsed.hash !== '') {
        throw failure(
          'invalid_input',
          'url must not carry credentials, a query or a fragment: it is recorded with the job. Give the plain https URL of a public repository.',
        );
      }
      return { url: parsed.href, remote: parsed.href, protocol: 'https' };
    case 'file:':
      return localSource(pathOf(parsed), localPaths);
    default:
      throw notHttps();
  }
}

function notHttps() {
  return failure(
    'invalid_input',
    'url must begin with https://, or be an absolute path where this server offers local repositories. Other transports (http, git, ssh) are not offered.',
  );
}

function pathOf(url: URL): string {
  try {
    return fileURLToPath(url);
  } catch {
    throw notOffered();
  }
}

/** Git would follow all of these, also out of the offered folders. */
const LEADS_OUT = {
  pointer:
    'The local repository is a worktree, a submodule or borrows objects from another one. Name the repository that it belongs to.',
  link: 'The git folder of the local repository holds a link or a special file, which git would follow out of it. Name a clone that holds its own files.',
  include:
    'The configuration of the local repository includes another file. Name a clone whose configuration stands alone.',
  large: 'The git folder of the local repository holds too many files to be checked. Pack them with git gc.',
} as const;

/** Checks a local path. Symbolic links are resolved first, so that what is checked is what git opens. */
async function localSource(path: string, localPaths: readonly string[]): Promise<Source> {
  const roots = await Promise.all(localPaths.map((root) => realpath(root).catch(() => undefined)));
  const isOffered = (real: string) =>
    roots.some((root) => root !== undefined && `${real}/`.startsWith(join(root, '/')));

  const real = await realpathOf(path);
  if (!isOffered(real)) throw notOffered();
  const gitDir = await realpathOf((await kindOf(join(real, '.git'))) === 'nothing' ? real : join(real, '.git'));
  if (!isOffered(gitDir)) throw notOffered();
  if ((await kindOf(join(gitDir, 'HEAD'))) === 'nothing' && (await kindOf(join(real, '.git'))) !== 'file')
    throw failure(
      'refused',
      'The local folder is not a git repository. Name the folder that holds .git, or a bare repository.',
    );
  const out = await wayOutOf(gitDir);
  if (out !== undefined) throw failure('invalid_input', LEADS_OUT[out]);
  return { url: pathToFileURL(real).href, remote: pathToFileURL(gitDir).href, protocol: 'file' };
}

async function realpathOf(path: string): Promise<string> {
  return realpath(path).catch(() => {
    throw notOffered();
  });
}

async function kindOf(path: string): Promise<'nothing' | 'folder' | 'file'> {
  return lstat(path).then(
    (found) => (found.isDirectory() ? 'folder' : 'file'),
    () => 'nothing',
  );
}

/** It carries no cause, which would tell in the job's history whether the path exists. */
function notOffered() {
  return failure(
    'invalid_input',
    'url names a local path that is not a repository in a folder which this server offers. Give an https URL, or ask the operator to add the folder to worker.repository.local_paths.',
  );
}
