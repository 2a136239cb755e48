/** Tells from git's messages why a remote could not be read, and says it in our own words. Covers git 2.30 to 2.5x. */
import type { ApplicationFailure } from '@temporalio/common';
import type { EgressError } from '../egress/error';
import { failure } from '../failure';
import type { Failure } from '../../workflows/contract';
import type { GitError } from './git';

/** One sentence for all that can go wrong with a connection, so that nobody learns here what answers at which port. */
const UNREACHABLE =
  'The host of the url could not be read from: no connection could be made, it broke off, it took too long, or the host could not prove who it is. Check the spelling, or try again later.';

const NOT_OFFERED =
  'The repository does not, or no longer offers the commit that was to be analyzed. Call the tool with the name of a branch or tag, or without ref, to analyze its present state.';
const PARTIAL =
  'The repository is a partial clone: it lacks files of its own history, which it would have to fetch from elsewhere. Name a full clone, or the repository that it was cloned from.';
const DAMAGED =
  /repository corruption|did not send all necessary objects|(?:unable to (?:read|unpack)|could not read)(?: tree)? \(?[0-9a-f]{40}|bad (?:tree )?object|is corrupt|inflate: data stream error|missing (?:blob|tree|commit|necessary objects)|unresolved deltas|failed to traverse parents/i;

/** The first match wins, so lasting reasons come before passing ones. */
const REASONS: readonly (readonly [RegExp, Failure, string])[] = [
  [/not our ref|couldn't find remote ref|unadvertised object/i, 'refused', NOT_OFFERED],
  [/promisor|lazy fetching/i, 'refused', PARTIAL],
  [
    DAMAGED,
    'refused',
    'The repository is damaged: objects of its history are missing or cannot be read. Its owner finds them with git fsck; name an undamaged clone.',
  ],
  [
    /out of memory|cannot allocate memory|mmap failed/i,
    'refused',
    'The repository takes more memory to unpack than this server allows.',
  ],
  [
    /returned error: 404|returned error: 410|repository '.*' not found|does not appear to be a git repository|not a git repository|is this a git repository/i,
    'refused',
    'There is no public git repository at this url. Check the spelling; a private repository looks the same from here.',
  ],
  [
    /could not read Username|Authentication failed|returned error: 40[13]|terminal prompts disabled|access denied/i,
    'refused',
    'The repository does not exist or is not public. Only repositories that can be read without signing in are analyzed.',
  ],
  [
    /Protocol ".*" (not supported|disabled)|transport '.*' not allowed|redirect/i,
    'refused',
    'The host redirects to an address that this server does not follow. Give the final https url.',
  ],
  [
    /No space left on device|Disk quota/i,
    'unavailable',
    "This worker's disk is full. The operator must make room in repository.cacheDir.",
  ],
  [/returned error: 429/i, 'unavailable', 'The host answered that it had too many requests. Try again later.'],
  [/returned error: 5\d\d/i, 'unavailable', 'The host answered with an error of its own. Try again later.'],
  [
    /unable to access|RPC failed|early EOF|hung up|timed? ?out|too slow|certificate|Connection (was )?(reset|refused)/i,
    'unavailable',
    UNREACHABLE,
  ],
];

/**
 * Turns an error of git into the failure that the caller is told.
 *
 * @param error - from a git that read a remote
 * @returns `refused` when another attempt would fail as well, which is also taken for granted where git's reason is not known;
 *   otherwise `unavailable`
 */
export function remoteFailure(error: GitError): ApplicationFailure {
  const [, kind, sentence] = REASONS.find(([words]) => words.test(error.stderr)) ?? unknownReason(error);
  return failure(kind, sentence, error);
}

/**
 * Turns an error of git on a local repository, which is read where it is, into the failure that the caller is told.
 *
 * @param isPartial - whether the repository says that it may lack objects
 */
export function localFailure(error: GitError, isPartial: boolean): ApplicationFailure {
  if (error.code === null || error.isOutOfMemory) return remoteFailure(error);
  if (/could not get object info/i.test(error.stderr)) return failure('refused', NOT_OFFERED, error);
  if (isPartial) return failure('refused', PARTIAL, error);
  if (!DAMAGED.test(error.stderr)) return remoteFailure(error);
  return failure(
    'refused',
    'Objects of the local repository are missing or cannot be read: it is damaged, or was changed while it was read. Call the tool again; if that ends alike, git fsck finds them in it.',
    error,
  );
}

function unknownReason({ code }: GitError): readonly [undefined, Failure, string] {
  if (code === null)
    return [undefined, 'unavailable', 'Git was ended before it had read the repository. Try again later.'];
  return [
    undefined,
    'refused',
    "Git could not read the repository, for a reason that this server does not know. Another attempt would most likely end alike; the operator finds git's words in the history of the job.",
  ];
}

/**
 * Turns a connection that was not made into the failure that the caller is told. A name that nobody knows and one of a private
 * address read alike: nobody learns here which names there are inside.
 *
 * @returns `refused` when another attempt would fail as well, otherwise `unavailable`
 */
export function connectionFailure(error: EgressError): ApplicationFailure {
  const isUnknown = error.reason === 'host_not_found' && !/EAI_AGAIN/.test(String(error.cause));
  if (isUnknown || error.reason === 'forbidden_address' || error.reason === 'bad_url')
    return failure(
      'refused',
      'The url names no host on the public internet. Check the spelling; the operator can allow an internal host with worker.repository.allow.',
      error,
    );
  return failure('unavailable', UNREACHABLE, error);
}
