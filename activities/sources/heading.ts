/** The title of a Markdown document: what its front matter says, or its first heading. */
import { parse as parseToml } from 'smol-toml';
import { parse } from 'yaml';
import { head } from '../../workflows/cut';

/** How much of a document is looked at, characters. */
const HEAD = 20_000;
/** Longest line that may hold a title, characters. */
const LINE_MAX = 1_000;

/** What YAML and TOML documents put before the text, between two lines of dashes or pluses. */
const YAML = /^---[ \t]*\n([^]*?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)/;
const TOML = /^\+\+\+[ \t]*\n([^]*?)\n\+\+\+[ \t]*(?:\n|$)/;

/** @returns empty when there is none */
export function headingOf(text: string): string {
  const start = head(text, HEAD)
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n');
  const [yaml, toml] = [YAML.exec(start), TOML.exec(start)];
  const [front = ''] = yaml ?? toml ?? [];
  const told =
    titleIn(yaml?.[1], /^(?:title|"title"|'title')\s*:/i, parseYaml) ?? titleIn(toml?.[1], /^title\s*=/i, parseToml);
  return told ?? firstHeadingIn(start.slice(front.length));
}

/** The value of the one line that gives the title: what comes behind may be large, or no YAML at all. */
function titleIn(front: string | undefined, isTitle: RegExp, read: (line: string) => unknown): string | undefined {
  const lines = front?.split('\n') ?? [];
  const at = lines.findIndex((line) => isTitle.test(line));
  const next = lines.slice(at + 1).findIndex((line) => !/^\s/.test(line));
  const entry = lines.slice(at, next === -1 ? undefined : at + 1 + next).join('\n');
  if (at === -1 || entry.length > LINE_MAX) return undefined;
  try {
    const value: unknown = read(entry);
    const [title] = typeof value === 'object' && value !== null ? Object.values<unknown>({ ...value }) : [];
    return typeof title === 'string' || typeof title === 'number' ? String(title).trim() || undefined : undefined;
  } catch {
    return undefined;
  }
}

const parseYaml = (line: string): unknown => parse(line, { logLevel: 'silent' });

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const ATX = /^ {0,3}#{1,6}[ \t]+(\S.*)$/;
const UNDERLINE = /^ {0,3}(?:=+|-{2,})[ \t]*$/;
/** Begins something that is no paragraph: a list, a quotation, a table, code. */
const NO_PARAGRAPH = /^(?: {4}|\t| {0,3}(?:[-*+>|]|\d{1,9}[.)])(?:[ \t]|$)| {0,3}\|)/;

/** The first heading that stands in no block of code and in no comment. */
function firstHeadingIn(text: string): string {
  let fence = '';
  let isComment = false;
  let paragraph: string[] = [];
  for (const line of text.split('\n').map((each) => head(each, LINE_MAX))) {
    const [, mark = ''] = FENCE.exec(line) ?? [];
    if (isComment) isComment = !line.includes('-->');
    else if (fence !== '') {
      if (mark.startsWith(fence) && line.trim() === mark) fence = '';
    } else if (mark !== '') [fence, paragraph] = [mark, []];
    else if (/^ {0,3}<!--/.test(line)) isComment = !line.includes('-->');
    else {
      const [, title] = ATX.exec(line) ?? [];
      if (title !== undefined) return title.replace(/[ \t]#+[ \t]*$/, '').trim();
      if (paragraph.length > 0 && UNDERLINE.test(line)) return paragraph.join(' ');
      if (line.trim() === '' || (paragraph.length === 0 && NO_PARAGRAPH.test(line))) paragraph = [];
      else paragraph.push(line.trim());
    }
  }
  return '';
}
