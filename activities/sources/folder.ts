/** Documents in local folders. There is no index: every search reads them all, up to a limit. */
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { reading } from '../reading';
import { isTooMuch } from '../thread';
import { documentsIn, readDocument } from './documents';
import { fitOf } from './fit';
import type { Fit } from './fit';
import { hitsOf } from './source';
import type { Candidate, Source } from './source';
import { wordsOf } from './words';

/** How many documents, and bytes of them, one search reads. What is beyond is not found. */
const MOST_DOCUMENTS = 20_000;
const MOST_BYTES = 256 * 1_024 ** 2;

const fitInDocument = reading(require.resolve('./fit'), 'fitOf', fitOf);

export function createFoldersSource(folders: readonly string[]): Source {
  const name = 'folders';
  return {
    name,
    async search(query, { offset, limit }, signal, skip) {
      const reasons = new Set<string>();
      const words = wordsOf(query);
      const ranking: { readonly path: string; readonly score: number }[] = [];
      let documents = 0;
      let bytes = 0;
      for await (const path of documentsIn(folders, signal, (why) => reasons.add(why))) {
        if (++documents > MOST_DOCUMENTS || bytes > MOST_BYTES) {
          reasons.add(`There are more than ${MOST_DOCUMENTS} documents, or 256 MiB of them; the rest was left out.`);
          break;
        }
        const found = await searched(path, words, signal);
        if (typeof found === 'string') reasons.add(found);
        else {
          bytes += found.bytes;
          if (found.isCut) reasons.add('A document in it is longer than 1 MiB; the rest of it was not searched.');
          if (found.score > 0) ranking.push({ path, score: found.score });
        }
      }
      // Equal scores by path, so that every page of the results comes from the same order.
      ranking.sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1));
      const candidates: Candidate[] = [];
      for (const { path } of ranking.slice(offset, offset + limit)) {
        // Read a second time: keeping all texts until the ranking is known would take as much memory as the folders.
        const found = await searched(path, words, signal);
        if (typeof found === 'string') {
          reasons.add(found);
          continue;
        }
        candidates.push({
          title: found.title,
          url: pathToFileURL(path).href,
          snippet: found.snippet,
        });
      }
      for (const why of reasons) skip?.({ what: name, why });
      return hitsOf(name, candidates, skip, ['file:']);
    },
  };
}

/** How a document fits, and its bytes; or why it cannot be read, in a sentence. */
async function searched(
  path: string,
  words: readonly string[],
  signal: AbortSignal,
): Promise<(Fit & { readonly bytes: number; readonly isCut: boolean }) | string> {
  const document = await readDocument(path);
  if (document === undefined) return 'A document in it cannot be read on this worker.';
  const { kind, body, truncated: isCut } = document;
  try {
    const fit = await fitInDocument({ kind, body, words, name: basename(path) }, signal);
    return { ...fit, bytes: body.length, isCut };
  } catch (error) {
    if (isTooMuch(error)) return 'A document in it took too long to read, or too much memory.';
    throw error;
  }
}
