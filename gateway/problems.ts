/** What is wrong with arguments, in words for the model. */
import { nearestTo } from '../config/nearest';

/** How many problems are told: a hostile argument may have a million. */
const SHOWN = 5;
/** Longest name that is told in full, characters. */
const NAME_MAX = 64;

/** What is wrong with a value, as zod says it. */
interface Issue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** Names that the schema does not have. */
  readonly keys?: readonly string[] | undefined;
}

/**
 * Says what is wrong.
 *
 * @param names - those that the arguments may have, for one that is misspelt
 */
export function problemsIn(issues: readonly Issue[], names: readonly string[] = []): string {
  // Where a value has the wrong type, zod may also complain about its length. The wrong type is all that helps.
  const mistyped = new Set(issues.filter(isMistyped).map(placeOf));
  const telling = issues
    .filter((issue) => isMistyped(issue) || !mistyped.has(placeOf(issue)))
    .flatMap((issue): Problem[] => issue.keys?.map((unknown) => ({ issue, unknown })) ?? [{ issue }]);
  const problems = telling.slice(0, SHOWN).map((problem) => inWords(problem, names));
  if (telling.length > SHOWN) problems.push(`and ${telling.length - SHOWN} more`);
  return problems.join('; ');
}

/** One thing that is wrong: with a value, or that its name is unknown. */
interface Problem {
  readonly issue: Issue;
  readonly unknown?: string;
}

function inWords({ issue, unknown }: Problem, names: readonly string[]): string {
  if (unknown === undefined) return `${placeOf(issue) || 'arguments'}: ${issue.message.replace(/\.$/, '')}`;
  const meant = issue.path.length === 0 ? nearestTo(unknown, names) : undefined;
  const place = placeOf({ path: [...issue.path, unknown.slice(0, NAME_MAX)] });
  return `${place}: there is no such argument${meant === undefined ? '' : ` (did you mean ${meant}?)`}`;
}

const isMistyped = ({ code }: Issue): boolean => code === 'invalid_type';
const placeOf = ({ path }: Pick<Issue, 'path'>): string => path.map(String).join('.');
