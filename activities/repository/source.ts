/**
 * Decides what may be fetched: https, or a local repository inside the folders that the operator names. Whatever is refused
 * here is refused in one sentence that repeats nothing of the url, and that is the same whether a path exists or not.
 */
import { lstat, realpath } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { failure } from '../failure';

export interface Source {
  /** In the one spelling that clones are filed under and that callers see. */
  readonly url: string;
  /** What git is given: for a local repository the very folder of its data, links resolved. */
  readonly remote: string;
  readonly protocol: 'https' | 'file';
}

/**
 * @param url - as the caller gave it
 * @param localPaths - folders whose repositories may be read; none: https only
 * @throws ApplicationFailure `invalid_input`
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

/** A path that has passed, with every symbolic link resolved, so that what is checked is what git opens. */
async function localSource(path: string, localPaths: readonly string[]): Promise<Source> {
  const roots = await Promise.all(localPaths.map((root) => realpath(root).catch(() => undefined)));
  const isOffered = (real: string) =>
    roots.some((root) => root !== undefined && `${real}/`.startsWith(join(root, '/')));

  const real = await realpathOf(path);
  if (!isOffered(real)) throw notOffered();
  const gitDir = await realpathOf((await kindOf(join(real, '.git'))) === 'nothing' ? real : join(real, '.git'));
  for (const part of ['.', 'HEAD', 'config', 'packed-refs', 'refs', 'objects', 'objects/pack', 'objects/info']) {
    const place = join(gitDir, part);
    if ((await kindOf(place)) !== 'nothing' && !isOffered(await realpathOf(place))) throw notOffered();
  }
  // Pointers to other repositories: git would follow them out of the folders that are offered.
  for (const pointer of ['.', 'commondir', 'objects/info/alternates']) {
    if ((await kindOf(join(gitDir, pointer))) === 'file') {
      throw failure(
        'invalid_input',
        'The local repository is a worktree, a submodule or borrows objects from another one. Name the repository that it belongs to.',
      );
    }
  }
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

/** No cause: whether the path exists must not be readable anywhere. */
function notOffered() {
  return failure(
    'invalid_input',
    'url names a local path that is not a repository in a folder which this server offers. Give an https URL, or ask the operator to add the folder to worker.repository.local_paths.',
  );
}
