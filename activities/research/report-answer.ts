/**
 * Takes out of a report that a model wrote what it cannot know: citations of sources that it was not given, links of its own, and
 * its own list of sources, in place of which ours is put.
 */

export interface ReportAnswer {
  readonly report: string;
  /** What was taken out, as sentences. */
  readonly taken: readonly string[];
}

interface Written {
  readonly report: string;
  /** How many sources the model was given. */
  readonly sources: number;
  /** The addresses that it was given: those of the sources, and those that their quotations have. */
  readonly addresses: readonly string[];
}

/** Run it in a thread. */
export function knownReportOf({ report, sources, addresses }: Written): ReportAnswer {
  const unwrapped = /^\s*```(?:markdown|md)?[ \t]*\n([^]*?)\n```\s*$/i.exec(report)?.[1] ?? report;
  const unknown = new Set<string>();
  const links = new Set<string>();
  const known = new Set(addresses.map(plainAddress));
  const clean = outsideOfCode(withoutSources(unwrapped), (text, isCode) => {
    const linked = withoutLinks(
      text,
      isCode,
      (address) => known.has(plainAddress(address)) || !links.add(plainAddress(address)),
    );
    return isCode ? linked : withKnownCitations(linked, sources, unknown);
  });
  return {
    report: clean
      .replace(/[ \t]+$/gm, '')
      .replace(/\n{3,}/g, '\n\n')
      .trim(),
    taken: [
      ...(unknown.size > 0
        ? [
            `The language model cited what it was not given (${[...unknown].slice(0, 10).join(', ')}): that was taken out.`,
          ]
        : []),
      ...(links.size > 0
        ? [
            `The language model wrote ${links.size === 1 ? 'a link' : `${links.size} links`} to what it was not given: that was taken out.`,
          ]
        : []),
    ],
  };
}

/** Blocks and pieces of code. Brackets in them are no citations. */
const CODE = /(^ {0,3}(`{3,}|~{3,})[^\n]*\n[^]*?(?:^ {0,3}\2[`~]*[ \t]*$|(?![^]))|`[^`\n]+`)/gm;

function outsideOfCode(text: string, change: (piece: string, isCode: boolean) => string): string {
  let changed = '';
  let from = 0;
  for (const { 0: code, index } of text.matchAll(CODE)) {
    changed += change(text.slice(from, index), false) + change(code, true);
    from = index + code.length;
  }
  return changed + change(text.slice(from), false);
}

const plainAddress = (address: string): string =>
  address.trim().replace(/^<|>$/g, '').replace(/#.*$/s, '').replace(/\/+$/, '').toLowerCase();

/** `[a](b)` and `![a](b)`, with one pair of brackets inside of each. */
const INLINE =
  /(!?)\[((?:[^[\]]|\[[^[\]]*\])*)\]\(\s*(<[^<>\n]*>|(?:[^\s()]|\([^\s()]*\))*)(?:\s+(?:"[^"]*"|'[^']*'|\([^()]*\)))?\s*\)/g;
/** `[a]: b`, and footnotes, at the beginning of a line. */
const DEFINITION = /^ {0,3}\[\^?[^\]\n]+\]:[^\n]*(?:\n|$)/gm;
const AUTOLINK = /<((?:[a-z][a-z0-9+.-]{1,30}:|www\.)[^<>\s]*)>/gi;
const TAG =
  /<\/?(?:a|img|iframe|script|link|object|embed|form|video|audio|source|area|base|meta|style|svg|input|button)\b[^<>]*>/gi;
/** With one pair of brackets inside, as identifiers of papers have. */
const BARE =
  /\b(?:https?|ftp|file):\/\/(?:[^\s<>()[\]"'`]|\([^\s<>()]*\))+|\bwww\.(?:[^\s<>()[\]"'`]|\([^\s<>()]*\))+/gi;

/** @param isKnown - notes what is not */
function withoutLinks(text: string, isCode: boolean, isKnown: (address: string) => boolean): string {
  const bare = (given: string): string =>
    given.replace(BARE, (address) => {
      const [end = ''] = /[.,;:!?*_]*$/.exec(address) ?? [];
      return isKnown(address.slice(0, address.length - end.length)) ? address : end;
    });
  if (isCode) return bare(text);
  const inline = text
    .replace(DEFINITION, '')
    .replace(TAG, '')
    .replace(INLINE, (link, picture: string, words: string, address: string) => {
      if (/^\^?\d+$/.test(words)) return `[${words}]`; // a citation: our list says where it leads
      return isKnown(address) && picture === '' && !link.includes('\n') ? link : words;
    })
    .replace(AUTOLINK, (link, address: string) => (isKnown(address) ? link : ''));
  return bare(inline).replace(/[ \t]\(\s*\)/g, '');
}

/** Citations in the ways of models: `[1]`, `[1, 2]`, `[1-3]`, `[^1]`, `[cite: 1]`, `[Source 1]`, `【1†source】`. */
const CITATION =
  /[ \t]?(?:\[\s*(?:\^|(?:cite|citation|source|sources|ref|extract)s?\s*:?\s*#?)?\s*(\d{1,4}(?:\s*(?:[,;–—-]|and|&)\s*\^?(?:source\s*)?\d{1,4})*)\s*\](?!\()|【\s*(\d{1,4})(?:[†:][^【】]*)?】)/gi;
/** Longest range that is spelled out. */
const RANGE_MAX = 50;

function withKnownCitations(text: string, sources: number, unknown: Set<string>): string {
  return text.replace(CITATION, (citation, bracketed: string | undefined, wide: string | undefined) => {
    const numbers = (bracketed ?? wide ?? '').split(/[,;&]|and/i).flatMap(numbersIn);
    if (numbers.includes(0)) return citation; // a range of numbers
    const known = numbers.filter((number) => number >= 1 && number <= sources);
    for (const number of numbers) if (!known.includes(number)) unknown.add(`[${number}]`);
    const space = /^[ \t]/.test(citation) && known.length > 0 ? ' ' : '';
    return space + [...new Set(known)].map((number) => `[${number}]`).join('');
  });
}

function numbersIn(part: string): number[] {
  const [from = NaN, to = from] = part.match(/\d+/g)?.map(Number) ?? [];
  if (Number.isNaN(from)) return [];
  return to - from > 0 && to - from < RANGE_MAX
    ? Array.from({ length: to - from + 1 }, (_each, n) => from + n)
    : [...new Set([from, to])];
}

/** What models call their lists of sources. */
const SOURCES =
  /^(?:\d+[.)]\s+)?(?:list of )?(?:sources?|references?|citations?|bibliography|works cited|source list|sources? (?:cited|used)|links|quellen(?:verzeichnis)?|referenzen|literatur|références|fuentes|referencias|fonti|riferimenti|fontes|referências|bronnen|источники|список источников|参考文献|参考资料|參考資料|来源|來源|出典|参照|출처|참고문헌)$/i;
const HEADING = /^ {0,3}(#{1,6})[ \t]+(.*)$/;

/** Rank of what only stands for a heading: the list below it ends with the first line that is no entry, too. */
const UNRANKED = 6;

/** Without the sections that only list sources, each up to the next heading of its rank. */
function withoutSources(text: string): string {
  const kept: string[] = [];
  let fence = false;
  /** Rank of the heading of the list that is left out; 0 outside of one. */
  let rank = 0;
  const lines = text.split('\n');
  for (const [n, line] of lines.entries()) {
    if (/^ {0,3}(?:```|~~~)/.test(line)) fence = !fence;
    const [, marks = '', heading = ''] = fence ? [] : (HEADING.exec(line) ?? []);
    const isUnderlined = /^ {0,3}(?:=+|-{2,})\s*$/.test(lines[n + 1] ?? '');
    const title = (marks !== '' ? heading : isUnderlined ? line : boldIn(line)).replace(/[*_#\s:：]+$|^[*_\s]+/g, '');
    const isList = !fence && title !== '' && SOURCES.test(title);
    const isNext = marks === '' ? rank === UNRANKED && isProse(line) : marks.length <= rank;
    if (isNext) rank = 0;
    if (isList) rank = marks.length || (isUnderlined ? 2 : UNRANKED);
    if (rank === 0) kept.push(line);
  }
  return kept.join('\n');
}

/** The text of a line that stands for a heading: in bold, or a word or two with a colon. */
const boldIn = (line: string): string =>
  /^\s*(?:\*\*|__)(.+?)(?:\*\*|__):?\s*$/.exec(line)?.[1] ?? /^\s*([^\n]{3,30}?)[:：]\s*$/.exec(line)?.[1] ?? '';

/** A line of text that is no entry of a list. */
const isProse = (line: string): boolean =>
  line.trim() !== '' &&
  !/^\s*(?:[-*+•]|\(?\d+[.)]|\[\^?\d+\]|【\d+|https?:|<https?:|\|)/i.test(line) &&
  !/https?:\/\//i.test(line);
