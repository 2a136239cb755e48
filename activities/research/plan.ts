/** Which queries a topic is searched with. */
import type { Skipped } from '../../workflows/search-sources/tool';
import { failure } from '../failure';
import { cut } from '../sources/text';
import type { Model, ModelLimits } from './model';
import { tellingWordsOf } from './words';

export interface Plan {
  readonly queries: readonly string[];
  readonly skipped: readonly Skipped[];
}

const QUERIES_MAX = 5;
const QUERY_MAX = 300;

/** Without a model: the topic as it is, and its words alone. */
export function plainQueries(topic: string): string[] {
  return [...new Set([topic, tellingWordsOf(topic).join(' ')])].filter((query) => query !== '');
}

/**
 * With a model: what it proposes, one query on a line.
 *
 * @throws ApplicationFailure `unavailable` or `refused` when it proposes nothing
 */
export async function modelQueries(topic: string, model: Model, limits: ModelLimits): Promise<string[]> {
  const answer = await model(
    {
      system: `You plan research. Answer with at most ${QUERIES_MAX} search queries, one on a line, and nothing else.`,
      user: topic,
    },
    limits,
  );
  const lines = answer.split('\n').map((line) => cut(line.replace(/^[\s\-*\d.)"]+|["\s]+$/g, ''), QUERY_MAX));
  const queries = [...new Set(lines.filter((line) => line !== ''))].slice(0, QUERIES_MAX);
  if (queries.length === 0) throw failure('unavailable', 'The language model named no query.');
  return queries;
}
