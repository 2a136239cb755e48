/** Patterns of names: `*` stands for any characters, `!` in front takes away again, and of all that fit the last one counts. */

/** A tool by every name that patterns may call it. */
export interface ToolNames {
  /** Configuration's key of its upstream; absent: it is a tool of ours. */
  readonly upstream?: string;
  /** Its name there. */
  readonly original?: string;
  /** What callers see. */
  readonly listed: string;
}

/** What a pattern may name it by where many upstreams are meant: `github.create_issue`, or its listed name. */
export const namesAnywhere = ({ upstream, original, listed }: ToolNames): string[] =>
  upstream === undefined || original === undefined ? [listed] : [`${upstream}.${original}`, listed];

/** What a pattern may name it by in the settings of its own upstream: its name there, too. */
const namesInside = (tool: ToolNames): string[] => [
  ...(tool.original === undefined ? [] : [tool.original]),
  ...namesAnywhere(tool),
];

/** Whether a pattern without `!` fits a name. Its time grows with their lengths alone, however many `*` it has. */
export function fits(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  const end = name.length - last.length;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= end;
}

/**
 * Whether the patterns admit what has these names. A list that begins with a `!` takes away from everything; without a pattern nothing
 * is admitted.
 */
export function admits(patterns: readonly string[], names: readonly string[]): boolean {
  const counts = patterns.findLast((pattern) => names.some((name) => fits(pattern.replace(/^!/, ''), name)));
  return counts === undefined ? patterns[0]?.startsWith('!') === true : !counts.startsWith('!');
}

/** Whether an upstream's tool is offered: `allow` admits it, and `deny` does not. */
export function isOffered(
  { allow, deny }: { readonly allow: readonly string[]; readonly deny: readonly string[] },
  tool: ToolNames,
): boolean {
  const names = namesInside(tool);
  return admits(allow, names) && !(deny.length > 0 && admits(deny, names));
}

/** The settings of a tool out of those by pattern: each setting from the last pattern that fits and has it. */
export function settingsOf<T extends object>(byPattern: Readonly<Record<string, T>>, tool: ToolNames): Partial<T> {
  const names = namesInside(tool);
  const fitting = Object.entries(byPattern).filter(([pattern]) => names.some((name) => fits(pattern, name)));
  return Object.assign({}, ...fitting.map(([, settings]) => settings)) as Partial<T>;
}
