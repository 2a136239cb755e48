/** Which queries a topic is searched with. */
import { cut, wordsOf } from '../sources/text';
import type { Model } from './model';

const QUERIES_MAX = 5;
const QUERY_MAX = 300;

/** What questions are made of, and searches are not. */
const FILLERS = new Set(
  'a about an and are as at be by can compare could did do does for from give has have how i in into is it me my of on or please should tell than that the their this to was we were what when where which who why will with would you your'.split(
    ' ',
  ),
);

/** Without a model: the topic as it is, and its words alone. */
export function plainQueries(topic: string): string[] {
  const words = wordsOf(topic).filter((word) => !FILLERS.has(word));
  return [...new Set([topic, words.join(' ')])].filter((query) => query !== '');
}

/** With a model: what it proposes, one query on a line. */
export async function modelQueries(topic: string, model: Model, signal: AbortSignal): Promise<string[]> {
  const answer = await model(
    {
      system: `You plan research. Answer with at most ${QUERIES_MAX} search queries, one on a line, and nothing else.`,
      user: topic,
    },
    signal,
  );
  const lines = answer.split('\n').map((line) => cut(line.replace(/^[\s\-*\d.)"]+|["\s]+$/g, ''), QUERY_MAX));
  const queries = [...new Set(lines.filter((line) => line !== ''))].slice(0, QUERIES_MAX);
  return queries.length > 0 ? queries : plainQueries(topic);
}
