/** Tells from git's messages why a remote could not be read, and says it in our own words. Covers git 2.30 to 2.5x. */
import type { ApplicationFailure } from '@temporalio/common';
import { failure } from '../failure';
import type { Failure } from '../../workflows/contract';
import type { GitError } from './git';

/** The first match wins, so lasting reasons come before passing ones. */
const REASONS: readonly (readonly [RegExp, Failure, string])[] = [
  [
    /not our ref|couldn't find remote ref|did not send all necessary objects|unadvertised object/i,
    'refused',
    'The repository no longer offers the commit that was being analyzed. Call the tool again to analyze its present state.',
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
    /certificate|SSL peer|self.signed/i,
    'refused',
    'The TLS certificate of the host is not trusted by this server, so nothing was fetched.',
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
  [
    /Could not resolve host/i,
    'unavailable',
    'The host of the url could not be found. Check the spelling, or try again later.',
  ],
  [/returned error: 429/i, 'unavailable', 'The host answered that it had too many requests. Try again later.'],
  [/returned error: 5\d\d/i, 'unavailable', 'The host answered with an error of its own. Try again later.'],
  [/timed? ?out|too slow|Operation too slow/i, 'unavailable', 'The host did not answer in time. Try again later.'],
  [
    /Failed to connect|Couldn't connect|Connection (was )?(reset|refused)|Network is unreachable/i,
    'unavailable',
    'No connection to the host of the url could be made. Check the spelling, or try again later.',
  ],
];

/**
 * Turns an error of git into the failure that the caller is told.
 *
 * @param error - from a git that read a remote
 * @returns `refused` when another attempt would fail as well, otherwise `unavailable`
 */
export function remoteFailure(error: GitError): ApplicationFailure {
  const [, kind, sentence] = REASONS.find(([words]) => words.test(error.stderr)) ?? [
    undefined,
    'unavailable' as const,
    'The transfer of the repository broke off. Try again later.',
  ];
  return failure(kind, sentence, error);
}
