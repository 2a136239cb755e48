/** Reads the history of the analyzed commit: commits, authors, times, and the files that change most. */
import type { History } from '../../workflows/analyze-repository/tool';
import type { StepContext } from '../step';
import type { Clone } from './clones';
import { GitError } from './git';
import { REPORT_EVERY } from './inventory';
import { createMoves } from './moves';
import { copyOf, createTally } from './tally';
import { visible } from './visible';

/** Most commits counted: twice the history of Linux. */
const MAX_COMMITS = 3_000_000;
/** How many of the newest commits the hot spots are taken from: comparing trees is slow, and old changes say little. */
const HOT_SPOT_COMMITS = 10_000;
/** A commit may claim any time. The first day of 1970 is that of a clock that was never set. Seconds since 1970. */
const EARLIEST = 86_400;
/** How far ahead of ours the clock of an author may be, seconds. */
const CLOCK_SKEW = 86_400;
/** Most files of the commit that are looked at for those that are gone. */
const MAX_ENTRIES = 1_000_000;
/** How much is kept of an address, or of a name, characters: more than either can have. */
const AUTHOR_MAX = 320;
const TOP_AUTHORS = 15;
const TOP_YEARS = 30;
const TOP_HOT_SPOTS = 20;

export const NO_COMMITS: History = {
  commits: 0,
  merges: 0,
  complete: true,
  first: null,
  last: null,
  days: 0,
  authors: 0,
  topAuthors: [],
  moreAuthors: 0,
  years: [],
  hotSpots: [],
  hotSpotCommits: 0,
};

export async function historyOf(clone: Clone, context: StepContext): Promise<History> {
  const authors = createTally();
  const names = new Map<string, string>();
  const years = createTally(10_000);
  let [commits, merges, first, last, suspiciousDates] = [0, 0, Infinity, -Infinity, 0];
  const latest = Date.now() / 1_000 + CLOCK_SKEW;

  const log = ['log', '-z', '--encoding=UTF-8', '--no-show-signature', `--max-count=${MAX_COMMITS}`];
  for await (const record of clone.records([...log, '--format=%ct%n%P%n%aE%n%aN', clone.commit, '--'])) {
    const [time = '', parents = '', address = '', ...name] = record.split('\n');
    commits += 1;
    if (parents.includes(' ')) merges += 1;
    const author = copyOf(address.toLowerCase() || name.join(' '), AUTHOR_MAX); // addresses tell people apart and are never shown
    authors.add(author);
    if (names.size < 100_000 && !names.has(author)) names.set(author, copyOf(name.join(' '), AUTHOR_MAX)); // the first one seen is the newest name
    const seconds = Number(time);
    if (seconds >= EARLIEST && seconds <= latest) {
      first = Math.min(first, seconds);
      last = Math.max(last, seconds);
      years.add(String(new Date(seconds * 1_000).getUTCFullYear()));
    } else suspiciousDates += 1;
    if (commits % REPORT_EVERY === 0) context.report({ done: commits, message: 'commits read' });
  }

  const newest = Math.min(commits, HOT_SPOT_COMMITS);
  const hotSpots = await hotSpotsOf(clone, newest, context);

  const topAuthors = authors.top(TOP_AUTHORS);
  const rows = new Map<string, number>();
  const numbered = (name: string, count: number): History['topAuthors'][number] => {
    const row = (rows.get(name) ?? 0) + 1;
    rows.set(name, row);
    return { name, commits: count, ...(row > 1 && { sameName: row }) };
  };
  return {
    commits,
    merges,
    complete: commits < MAX_COMMITS,
    first: timeOf(first),
    last: timeOf(last),
    days: Math.floor(Math.max(0, last - first) / 86_400),
    ...(suspiciousDates > 0 && { suspiciousDates }),
    authors: authors.size(),
    topAuthors: topAuthors.map(([author, count]) => numbered(visible(names.get(author) || 'unknown', 80), count)),
    moreAuthors: authors.size() - topAuthors.length,
    years: years
      .top(TOP_YEARS)
      .map(([year, count]) => ({ year: Number(year), commits: count }))
      .sort((a, b) => b.year - a.year),
    hotSpots: hotSpots ?? [],
    hotSpotCommits: hotSpots === undefined ? 0 : newest,
  };
}

/** Undefined when a commit changes so many files at once that git cannot compare it within its memory. */
async function hotSpotsOf(
  clone: Clone,
  newest: number,
  context: StepContext,
): Promise<History['hotSpots'] | undefined> {
  const changes = [
    '--format=',
    '--name-status',
    '--find-renames=100%', // those without a change: that compares ids, and reads no file however many there are
    '--no-ext-diff',
    '--no-textconv',
    '--ignore-submodules=all',
  ];
  const log = ['log', '-z', '--no-show-signature', `--max-count=${newest}`, ...changes, clone.commit, '--'];
  const touched = createTally();
  const moves = createMoves();
  let changed = 0;
  let [status, from] = ['', ''];
  try {
    for await (const record of clone.records(log)) {
      if (status === '')
        status = record; // what lies between two commits is empty
      else if (status.startsWith('R') && from === '') from = record;
      else {
        touched.add(record);
        if (from !== '') moves.add(from, record);
        [status, from] = ['', ''];
        changed += 1;
        if (changed % REPORT_EVERY === 0) context.report({ done: changed, message: 'changes read' });
      }
    }
  } catch (error) {
    if (error instanceof GitError && error.isOutOfMemory) return undefined;
    throw error;
  }
  const goneSources = await missingOf(clone, moves.sources());
  for (const [path, target] of moves.followed(goneSources)) touched.move(path, target);
  const top = touched.top(TOP_HOT_SPOTS);
  const gone = await missingOf(clone, new Set(top.map(([path]) => path)));
  return top.map(([path, count]) => ({ path: visible(path), commits: count, ...(gone.has(path) && { gone: true }) }));
}

/** Which of the paths the commit does not have. It says that of none when the commit has more files than are looked at. */
async function missingOf(clone: Clone, paths: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const missing = new Set(paths);
  if (missing.size === 0) return missing;
  let entries = 0;
  for await (const path of clone.records(['ls-tree', '-r', '-z', '--name-only', clone.commit])) {
    missing.delete(path);
    entries += 1;
    if (missing.size === 0) break;
    if (entries > MAX_ENTRIES) return new Set();
  }
  return missing;
}

function timeOf(seconds: number): string | null {
  return Number.isFinite(seconds) ? new Date(seconds * 1_000).toISOString() : null;
}
