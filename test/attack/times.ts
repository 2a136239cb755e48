/**
 * How long an answer about somebody else's job takes, against one about a job that never was: whoever can tell the two apart by a
 * clock knows that the job exists. Bodies are compared by `isolation`.
 */
import { randomInt } from 'node:crypto';
import { REVISIONS, ask, jobsOf, neverWas, tool, waysOf } from './isolation';
import { createTally, mustGetIn } from './tally';
import type { Tally } from './tally';

/**
 * In which share of the pairs one of two is slower says whether they differ, however long each takes: with 200 pairs of equals it is
 * beyond these in one of 100 million runs. What drifts, such as a machine that others use, is in both of a pair.
 */
const [LEAST, MOST] = [0.3, 0.7];
/** Pairs that are timed and not counted: the first of a kind is slower. */
const WARM = 5;
/** Pairs of its owner, whose difference is no matter of chance. */
const OWN = 5;

export interface TimesNeeds {
  readonly url: string;
  /** The key of the one whose jobs are looked for. */
  readonly victim: string;
  /** They take turns. */
  readonly attackers: readonly string[];
  /** Pairs of each kind. */
  readonly pairs?: number;
  /** By which ways; absent: by all of the newest revision. */
  readonly ways?: readonly string[];
}

/** Compares how long they take. One way counts as one attempt. */
export async function times({ url, victim, attackers, pairs = 200, ways }: TimesNeeds): Promise<Tally> {
  const { tried, say, ...tally } = createTally();
  const [revision = ''] = REVISIONS;
  const { jobs, end } = await jobsOf(url, victim);
  const chosen = waysOf(revision).filter(([what]) => ways?.includes(what) ?? true);

  for (const [nth, [what, way]] of chosen.entries()) {
    const key = attackers[nth % attackers.length] ?? '';
    const told = await compare(pairs, [jobs.done, neverWas(jobs.done)], (id) => ask(url, key, revision, way(id)));
    say(`${what}: ${told.words}`);
    tried(`${what}, by the time that it takes: ${told.words}`, told.differ);
  }
  // Its owner waits for a job that runs, and not for one that never was: this difference must be seen.
  const wait = tool('job_wait', (id) => ({ job_ids: [id], timeout_s: 1 }));
  const own = await compare(OWN, [jobs.running, neverWas(jobs.running)], (id) => ask(url, victim, revision, wait(id)));
  mustGetIn('a wait by its owner, who can tell by the time,', own.differ);
  await end();
  return { tried, say, ...tally };
}

/** Asks about both, again and again, in either order. */
async function compare(
  pairs: number,
  [theirs, nobodys]: readonly [string, string],
  request: (id: string) => Promise<unknown>,
): Promise<{ readonly differ: boolean; readonly words: string }> {
  const timed = async (id: string): Promise<number> => {
    const began = performance.now();
    await request(id);
    return performance.now() - began;
  };
  const taken: { readonly theirs: number; readonly nobodys: number }[] = [];
  for (let nth = -WARM; nth < pairs; nth += 1) {
    const first = randomInt(2) === 0 ? await timed(theirs) : undefined;
    const absent = await timed(nobodys);
    const present = first ?? (await timed(theirs));
    if (nth >= 0) taken.push({ theirs: present, nobodys: absent });
  }
  const slower = taken.filter((pair) => pair.theirs > pair.nobodys).length / pairs;
  const [present, absent] = [taken.map((pair) => pair.theirs), taken.map((pair) => pair.nobodys)].map(medianOf);
  return {
    differ: slower < LEAST || slower > MOST,
    words: `somebody's was slower in ${(slower * 100).toFixed(0)} % of ${pairs} pairs; medians ${present} and ${absent} ms`,
  };
}

const medianOf = (all: readonly number[]): string =>
  ([...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? NaN).toFixed(2);
