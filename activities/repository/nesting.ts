/**
 * Bounds the nesting of a text before a parser that descends into itself is given it. Such a parser takes very long for deep
 * nesting; and where its stack ends, V8 may end the whole process, which no limit of a thread prevents.
 */

/** Deepest nesting of brackets, and most marks that open a level on one line. No manifest is deeper. */
const DEEPEST = 50;
/** Most anchors and tags of YAML: a run of them takes a time that grows with its square, or worse. */
const MOST_PROPERTIES = 1_000;
/** Widest indentation, columns: each level of YAML takes at least one. */
const WIDEST = /^[ \t]{200}/m;
/** A row of `- `, `? ` and `: `, each of which opens a level. */
const ROW = new RegExp(`(?:[-?:][ \\t]+){${DEEPEST}}`);

/** @throws Error when the text is nested deeper than a manifest is */
export function assertShallow(text: string): void {
  let depth = 0;
  for (const bracket of text.matchAll(/[[\]{}]/g)) {
    depth += bracket[0] === '[' || bracket[0] === '{' ? 1 : -1;
    if (depth > DEEPEST) throw new Error('It is nested too deeply.');
    depth = Math.max(depth, 0);
  }
}

/** @throws Error when YAML is nested deeper, or has more anchors and tags, than a manifest */
export function assertShallowYaml(text: string): void {
  assertShallow(text);
  const properties = text.match(/(?:^|[\s,[{])[&!]/g) ?? [];
  if (properties.length > MOST_PROPERTIES) throw new Error('It has too many anchors or tags.');
  if (WIDEST.test(text) || ROW.test(text)) throw new Error('It is nested too deeply.');
}
