/** Asks a remote which commit a ref, or its default branch, names. Nothing is downloaded. */
import { failure } from '../failure';
import type { Git } from './git';
import type { Source } from './source';

export interface Tip {
  readonly commit: string;
  /** Full name, such as `refs/heads/main`; null when HEAD is detached, or a commit was asked for. */
  readonly ref: string | null;
}

/** The whole id of an object, SHA-1 or SHA-256. */
const ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;
/** Most refs read: a hostile server may offer them without end. */
const MAX_REFS = 100_000;

/**
 * Finds the commit to analyze.
 *
 * @param ref - a branch or tag, by its full name or its short one; where both have the name, the branch. Or the whole id of a
 *   commit, which is not looked for here. Absent: HEAD, else main, master or the first branch
 * @returns undefined when the repository is empty
 * @throws GitError when the remote cannot be read, EgressError when it could not be connected to
 * @throws ApplicationFailure `invalid_input` when there is no such ref, or none is given and there is no branch, but something else
 */
export async function tipOf(
  git: Git,
  source: Source,
  ref: string | undefined,
  signal: AbortSignal,
): Promise<Tip | undefined> {
  const offered = async (patterns: readonly string[]) => {
    const refs = new Map<string, string>();
    const args = ['ls-remote', '--symref', ...strictOptionsOf(source), '--', source.remote, ...patterns];
    for await (const line of git.records(args, { signal, source }, '\n')) {
      const [value = '', name = ''] = line.split('\t');
      if (value.startsWith('ref: ')) refs.set(`->${name}`, value.slice(5));
      else if (/^[0-9a-f]{40,64}$/.test(value)) refs.set(name, value);
      if (refs.size >= MAX_REFS) break;
    }
    return refs;
  };

  if (ref !== undefined && ref !== 'HEAD') {
    const names = [
      ...(ref.startsWith('refs/') ? [`${ref}^{}`, ref] : []), // with ^{}: what a tag with a message points to
      `refs/heads/${ref}`,
      `refs/tags/${ref}^{}`,
      `refs/tags/${ref}`,
    ];
    const refs = await offered(names);
    const name = names.find((candidate) => refs.has(candidate));
    const commit = refs.get(name ?? '');
    if (name === undefined || commit === undefined) {
      if (ID.test(ref)) return { commit: ref.toLowerCase(), ref: null };
      throw failure(
        'invalid_input',
        'The repository has no branch or tag of the name given as ref. Leave ref out for the default branch; a commit is named by its whole id of 40 digits.',
      );
    }
    return { commit, ref: name.replace('^{}', '') };
  }

  const head = await offered(['HEAD']);
  const commit = head.get('HEAD');
  if (commit !== undefined) return { commit, ref: head.get('->HEAD') ?? null };

  // HEAD names a branch that does not exist. Any other branch is better than calling the repository empty.
  const branches = await offered(['refs/heads/*']);
  const [first] = [...branches.keys()].filter((name) => name.startsWith('refs/heads/'));
  const name = ['refs/heads/main', 'refs/heads/master'].find((candidate) => branches.has(candidate)) ?? first;
  const tip = branches.get(name ?? '');
  if (name !== undefined && tip !== undefined) return { commit: tip, ref: name };
  if ((await offered(['refs/*'])).size === 0) return undefined;
  throw failure(
    'invalid_input',
    'The repository has no branch, but is not empty. Call the tool with the full name of a tag or another ref as ref, such as refs/tags/v1.2.0.',
  );
}

/** Options that make git open exactly the folder that was checked, and not a neighbour such as `<folder>.git`. */
function strictOptionsOf(source: Source): readonly string[] {
  return source.protocol === 'file' ? ['--upload-pack=git-upload-pack --strict'] : [];
}
