/**
 * Takes out of a model's answer what it says to itself, so that nothing reads it: servers leave it in the text, each model with
 * marks of its own.
 */

/** A mark at which thoughts begin or end. The groups say which: a slash, or `end`, is an end. */
const MARK =
  /<(?<slash>\/?)(?:[a-z]{1,10}:)?(?:think(?:ing)?|thoughts?|reasoning|reflection|scratchpad)(?:\s[^<>]*)?>|\[(?<slash2>\/?)THINK(?:ING)?\]|[◁⟨](?<slash3>\/?)think[▷⟩]|<\|(?<word>begin|end)_of_thought\|>/giu;
/** Other marks that models end or begin with. */
const TOKENS = /<\|[a-z_]{1,40}\|>|<\/?s>\s*$|^\s*<s>/gi;
/** The part of an answer in channels that is meant for others. */
const FINAL =
  /<\|channel\|>\s*final\b[^<]*(?:<\|constrain\|>[^<]*)?<\|message\|>([^]*?)(?=<\|(?:end|return|start|call)\|>|$)/gi;
const FOLDED = /<details\s+type="reasoning"[^<>]*>[^]*?<\/details>/gi;
/** What some models wrap the whole of an answer in. */
const WRAPPED = /^<(answer|final|final_answer|output|response|report)>([^]*?)(?:<\/\1>)?$/i;

export function withoutThoughts(answer: string): string {
  const meant = answer.includes('<|channel|>')
    ? [...answer.matchAll(FINAL)].map(([, text = '']) => text).join('\n')
    : outside(answer.replace(FOLDED, ''));
  const text = meant.replace(TOKENS, '').trim();
  return (WRAPPED.exec(text)?.[2] ?? text).trim();
}

/** What is outside of all thoughts. Those that do not end reach to the end; those that do not begin, from the beginning. */
function outside(answer: string): string {
  let kept = '';
  let depth = 0;
  let from = 0;
  for (const { 0: mark, index, groups } of answer.matchAll(MARK)) {
    const isEnd =
      [groups?.['slash'], groups?.['slash2'], groups?.['slash3']].includes('/') || groups?.['word'] === 'end';
    const to = index + mark.length;
    if (depth > 0) {
      depth += isEnd ? -1 : 1;
      if (depth === 0) from = to;
    } else if (isMark(answer, index, to, isEnd)) {
      kept += answer.slice(from, index);
      if (isCode(kept)) kept += mark;
      else if (isEnd) kept = '';
      else depth = 1;
      from = to;
    }
  }
  return depth > 0 ? kept : kept + answer.slice(from);
}

/** Whether it is a mark, and not spoken of: thoughts begin at the beginning of a line, and end at that or the end of one. */
function isMark(answer: string, from: number, to: number, isEnd: boolean): boolean {
  const before = /(?:^|\n)[ \t]*$/.test(answer.slice(Math.max(0, from - 40), from));
  return before || from === 0 || (isEnd && /^[ \t]*(?:\n|$)/.test(answer.slice(to, to + 40)));
}

/** Whether what comes next stands in a block of code. */
const isCode = (text: string): boolean => (text.match(/^ {0,3}```/gm) ?? []).length % 2 === 1;
