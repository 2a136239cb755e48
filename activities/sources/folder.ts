/** Documents in local folders. There is no index: every search reads them all, up to a limit. */
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { head, seam } from '../../workflows/cut';
import { decoded } from './charset';
import { documentsIn, readDocument } from './documents';
import { htmlTextOf } from './html';
import { headingOf } from './readable';
import { hitsOf } from './source';
import type { Candidate, Source } from './source';
import { wordsOf } from './text';

/** How many documents, and bytes of them, one search reads. What is beyond is not found. */
const MOST_DOCUMENTS = 20_000;
const MOST_BYTES = 256 * 1_024 ** 2;

/** How many occurrences in the text an occurrence in the title counts for. */
const TITLE_WEIGHT = 5;
/** How many characters a snippet shows before the first word of the query. */
const LEAD = 100;

export function createFoldersSource(folders: readonly string[]): Source {
  const name = 'folders';
  return {
    name,
    async search(query, { offset, limit }, signal, skip) {
      const reasons = new Set<string>();
      const words = new Set(wordsOf(query));
      const ranking: { readonly path: string; readonly score: number }[] = [];
      let documents = 0;
      let bytes = 0;
      for await (const path of documentsIn(folders, signal, (why) => reasons.add(why))) {
        if (++documents > MOST_DOCUMENTS || bytes > MOST_BYTES) {
          reasons.add(`There are more than ${MOST_DOCUMENTS} documents, or 256 MiB of them; the rest was left out.`);
          break;
        }
        const document = await searchableIn(path);
        if (document === undefined) reasons.add('A document in it cannot be read on this worker.');
        bytes += document?.bytes ?? 0;
        const score = document === undefined ? 0 : scoreOf(document, words);
        if (score > 0) ranking.push({ path, score });
      }
      // Equal scores by path, so that every page of the results comes from the same order.
      ranking.sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1));
      const candidates: Candidate[] = [];
      for (const { path } of ranking.slice(offset, offset + limit)) {
        // Read a second time: keeping all texts until the ranking is known would take as much memory as the folders.
        const document = await searchableIn(path);
        if (document === undefined) continue;
        const { title, text } = document;
        candidates.push({ title, url: pathToFileURL(path).href, snippet: snippetOf(text, words) });
      }
      for (const why of reasons) skip?.({ what: name, why });
      return hitsOf(name, candidates, ['file:']);
    },
  };
}

/** A document as it is searched. */
interface Searchable {
  readonly title: string;
  readonly text: string;
  readonly bytes: number;
}

async function searchableIn(path: string): Promise<Searchable | undefined> {
  const document = await readDocument(path);
  if (document === undefined) return undefined;
  const text = decoded(document.body);
  const shown = document.kind === 'html' ? htmlTextOf(text, text.length) : { title: headingOf(text), text };
  return { title: shown.title.trim() || basename(path), text: shown.text, bytes: document.body.length };
}

/**
 * Each word of the query that occurs counts 1, plus less than 1 for how often it occurs: a document that has all the words once
 * ranks above one that repeats a single word.
 */
function scoreOf({ title, text }: Searchable, words: ReadonlySet<string>): number {
  const times = new Map<string, number>();
  const count = (part: string, weight: number) => {
    for (const word of wordsOf(part)) if (words.has(word)) times.set(word, (times.get(word) ?? 0) + weight);
  };
  count(title, TITLE_WEIGHT);
  count(text, 1);
  return [...times.values()].reduce((sum, often) => sum + 1 + often / (often + 2), 0);
}

function snippetOf(text: string, words: ReadonlySet<string>): string {
  const first = new RegExp([...words].join('|'), 'iu').exec(text)?.index ?? 0;
  return first > LEAD ? `…${head(text.slice(seam(text, first - LEAD)), 2_000)}` : head(text, 2_000);
}
