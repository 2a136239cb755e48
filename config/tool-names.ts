/**
 * The names under which callers see the tools of upstreams. They depend on what there is and not on its order, so that every gateway
 * gives the same ones, and none wins over another because it came later.
 */
import { createHash } from 'node:crypto';

/** What Claude Code puts in front of a name: of all clients' prefixes the longest that is known. */
export const CLIENT_PREFIX = 'mcp__holdfast__';
/** Models' APIs take names of at most 64 characters, the client's prefix included. */
export const NAME_MAX = 64 - CLIENT_PREFIX.length;
/** Hex digits behind a name that is too long or taken; more only where somebody made two with the same ones. */
const DIGITS = [0, 8, 16, 32] as const;

/** The tools of an upstream, and what its settings say about their names. */
export interface NamedTools {
  readonly upstream: string;
  /** In front of each name. */
  readonly prefix: string;
  /** Names there. */
  readonly tools: readonly string[];
  /** By the name there: the one that the operator has chosen, in full. It may be longer than {@link NAME_MAX}. */
  readonly renamed?: ReadonlyMap<string, string>;
}

/** Listed names by the names of the upstream. */
export type Names = ReadonlyMap<string, string>;

/** The prefix of an upstream's tools. It does not depend on which other upstreams there are. */
export const prefixOf = (upstream: string, prefix: string | undefined): string => prefix ?? `${upstream}_`;

/**
 * Names the tools of one upstream.
 *
 * @param taken - names that it cannot have, such as those of authored tools and of handles
 */
export function namesOf(
  upstream: string,
  prefix: string,
  tools: readonly string[],
  taken: Pick<ReadonlySet<string>, 'has'> = new Set(),
): Names {
  return namesOfAll([{ upstream, prefix, tools }], taken).get(upstream) ?? new Map<string, string>();
}

/**
 * Names the tools of all upstreams. Names that would be the same, within an upstream or across, all get a hash of where they come from.
 *
 * @param taken - names that they cannot have
 * @returns by upstream
 */
export function namesOfAll(
  upstreams: readonly NamedTools[],
  taken: Pick<ReadonlySet<string>, 'has'> = new Set(),
): ReadonlyMap<string, Names> {
  let all = upstreams.flatMap(({ upstream, prefix, tools, renamed }) =>
    [...new Set(tools)].map((original) => candidateOf(upstream, original, prefix, renamed?.get(original))),
  );
  for (let clashing = clashesOf(all, taken); clashing.size > 0; clashing = clashesOf(all, taken))
    all = all.map((candidate) => (clashing.has(candidate) ? lengthened(candidate) : candidate));
  const names = new Map(upstreams.map(({ upstream }) => [upstream, new Map<string, string>()]));
  for (const { upstream, original, name } of all) names.get(upstream)?.set(original, name);
  return names;
}

/** A name that a tool may get. */
interface Candidate {
  readonly upstream: string;
  readonly original: string;
  /** Without a hash. */
  readonly plain: string;
  readonly name: string;
  /** How much of a hash is in it: a place in {@link DIGITS}. Of those that share a name the ones with least have to change. */
  readonly level: number;
  /** Whether the operator chose it: then others have to change. */
  readonly chosen: boolean;
}

function candidateOf(upstream: string, original: string, prefix: string, chosen: string | undefined): Candidate {
  const plain = chosen ?? `${prefix}${original}`.replaceAll(/[^A-Za-z0-9_-]/g, '_');
  const candidate = { upstream, original, plain, name: plain, level: 0, chosen: chosen !== undefined };
  return chosen === undefined && plain.length > NAME_MAX ? lengthened(candidate) : candidate;
}

/** A candidate with more of a hash behind its name. The hash is that of where the tool is and of nothing else. */
function lengthened(candidate: Candidate): Candidate {
  const level = candidate.level + 1;
  const digits = DIGITS[level] ?? 0;
  const hash = createHash('sha256').update(`${candidate.upstream}\0${candidate.original}`).digest('hex');
  const name = `${candidate.plain.slice(0, NAME_MAX - digits - 1)}_${hash.slice(0, digits)}`;
  return { ...candidate, name, level, chosen: false };
}

/** Those that have to change. */
function clashesOf(all: readonly Candidate[], taken: Pick<ReadonlySet<string>, 'has'>): ReadonlySet<Candidate> {
  const byName = new Map<string, Candidate[]>();
  for (const candidate of all) {
    const same = byName.get(candidate.name);
    if (same) same.push(candidate);
    else byName.set(candidate.name, [candidate]);
  }
  const clashing = [...byName].flatMap(([name, same]) => {
    if (taken.has(name)) return same;
    if (same.length === 1) return [];
    const least = Math.min(...same.map(rankOf));
    return same.filter((candidate) => rankOf(candidate) === least);
  });
  return new Set(clashing.filter(({ level }) => level < DIGITS.length - 1));
}

const rankOf = ({ level, chosen }: Candidate): number => level + (chosen ? 0.5 : 0);
