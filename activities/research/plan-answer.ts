/** Reads the queries in a model's answer: as JSON, if it is any, or line by line, without what lists, headings and manners put around them. */
import { z } from 'zod';

export interface PlannedQueries {
  readonly queries: readonly string[];
  /** Says, as a sentence, which part of the answer is not among them. Absent when all of it is. */
  readonly left?: string;
}

const QUERIES_MAX = 5;
/** Longest query, characters. What is longer is prose. */
const QUERY_MAX = 300;

/** What the model is asked for, where its endpoint can ask by schema. */
export const QUERIES_SCHEMA = {
  type: 'object',
  properties: { queries: { type: 'array', items: { type: 'string' } } },
  required: ['queries'],
  additionalProperties: false,
};

const query = z.union([
  z.string(),
  z.object({ query: z.string() }).transform((each) => each.query),
  z.unknown().transform(() => ''),
]);
const list = z.array(query).min(1);
const answered = z.union([
  list,
  z.object({ queries: list }).transform(({ queries }) => queries),
  z.object({ search_queries: list }).transform((each) => each.search_queries),
]);

/** Run it in a thread. */
export function queriesIn({ answer, isCut }: { readonly answer: string; readonly isCut: boolean }): PlannedQueries {
  const given = (jsonQueriesIn(answer) ?? lineQueriesIn(isCut ? withoutLastLine(answer) : answer)).map(line);
  const queries = [
    ...new Map(given.filter((each) => /[\p{L}\p{N}]/u.test(each)).map((each) => [each.toLowerCase(), each])).values(),
  ];
  const fit = queries.filter(({ length }) => length <= QUERY_MAX);
  const more = fit.length - QUERIES_MAX;
  const sentences = [
    more > 0 && `The language model named ${fit.length} queries; the first ${QUERIES_MAX} are searched.`,
    fit.length < queries.length &&
      `What the language model named is no query where it has more than ${QUERY_MAX} characters.`,
  ].filter((sentence) => sentence !== false);
  return { queries: fit.slice(0, QUERIES_MAX), ...(sentences.length > 0 && { left: sentences.join(' ') }) };
}

const line = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** What a model wrote last is broken off where its answer is. */
const withoutLastLine = (answer: string): string => answer.slice(0, Math.max(0, answer.lastIndexOf('\n')));

const FENCED = /^ {0,3}(?:```|~~~)[^\n]*\n([^]*?)(?:^ {0,3}(?:```|~~~)[ \t]*$|(?![^]))/gm;

/** The queries of the first piece of the answer that is JSON: all of it, a block of code, or what stands between brackets. */
function jsonQueriesIn(answer: string): readonly string[] | undefined {
  const blocks = Array.from(answer.matchAll(FENCED), ([, block = '']) => block);
  const between = ['[]', '{}'].map(([open = '', close = '']) =>
    answer.slice(answer.indexOf(open), answer.lastIndexOf(close) + 1),
  );
  for (const piece of [answer, ...blocks, ...between]) {
    try {
      const { success, data } = answered.safeParse(JSON.parse(piece));
      if (success) return data;
    } catch {
      // No JSON.
    }
  }
  return undefined;
}

/** Marks of a list, each with a space behind it: without one it belongs to the query, such as `-5 °C`. */
const BULLET = /^(?:[-*+•–—·▪‣◦○●]|\[[ xX]?\])(?:\s+|$)/;
/** One or two digits and a mark: `5G`, `2024` and `3.5 mm` begin a query. */
const NUMBER = /^\(?(\d{1,2})(?:[.)、]|\)\.)(?:\s+|$)/;
const LABEL = /^(?:search\s+)?(?:query|q)\s*#?\d*\s*[:.)–-]\s+/i;
const NOT_A_QUERY = /^(?:#{1,6}\s|[-*_]{3,}$|\|?[\s:|-]+\|$|<\/?[a-z_]+>$)/;
/** Manners around a list. */
const MANNERS =
  /[:：]$|^(?:(?:sure|certainly|of course|absolutely|okay|ok)[,.!:]|(?:here|below) (?:are|is) (?:the|some|my|\d|up to|five|three|four)\b|these (?:queries|searches)\b|i hope (?:this|these|that)\b|let me know\b|feel free to\b|hope this helps)/i;

function lineQueriesIn(answer: string): string[] {
  const blocks = Array.from(answer.matchAll(FENCED), ([, block = '']) => block);
  const lines = (blocks.length > 0 ? blocks.join('\n') : answer)
    .split('\n')
    .map((each) => each.trim().replace(/^>\s*/, ''))
    .filter((each) => each !== '' && !NOT_A_QUERY.test(each));
  const numbers = lines.flatMap((each) => NUMBER.exec(bare(each))?.slice(1).map(Number) ?? []);
  // Other numbers belong to the queries, such as that of the 7th symphony in German.
  const isNumbered = numbers.length > 0 && numbers.every((number, n) => number === n + 1);
  const isListed = (each: string): boolean => BULLET.test(each) || (isNumbered && NUMBER.test(bare(each)));
  // Beside a list, other lines speak of it.
  const listed = lines.some(isListed) ? lines.filter(isListed) : lines.filter((each) => !MANNERS.test(each));
  return listed.map((each) => {
    const unmarked = BULLET.test(each) || !isNumbered ? each.replace(BULLET, '') : bare(each).replace(NUMBER, '');
    return bare(bare(unmarked).replace(LABEL, ''));
  });
}

const PAIRS: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '“': '”',
  '„': '“',
  '«': '»',
  '‘': '’',
  '`': '`',
  '「': '」',
};

/** Without the marks that enclose all of it: quotes, emphasis, code, an element. Those around a part of it belong to it. */
function bare(given: string): string {
  let text = given.trim().replace(/^(.*["'”»`」])[,;]$/, '$1');
  for (;;) {
    const inner = insideOf(text);
    if (inner === undefined) return text;
    text = inner.trim();
  }
}

function insideOf(text: string): string | undefined {
  const [, mark = '', label] = /^(\*{1,3}|_{1,3})(?=\S)((?:(?!\1).)+)\1/.exec(text) ?? [];
  // All of it, or a label such as `**Query 1:**` at its beginning.
  if (label !== undefined && mark !== '') {
    const rest = text.slice(2 * mark.length + label.length);
    if (rest === '' || /:$/.test(label) || /^[:.)]?$/.test(rest) || LABEL.test(`${label}: `)) return label + rest;
  }
  const [, element] = /^<([a-z_]+)>.*<\/\1>$/i.exec(text) ?? [];
  if (element !== undefined) return text.slice(element.length + 2, -(element.length + 3));
  const close = PAIRS[text[0] ?? ''];
  if (close === undefined || text.length < 2 || !text.endsWith(close)) return undefined;
  const inner = text.slice(1, -1);
  return inner.includes(close) || inner.includes(text[0] ?? '') ? undefined : inner;
}
