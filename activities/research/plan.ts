/** The queries that a topic is searched with. */
import type { Skipped } from '../../workflows/search-sources/tool';
import { head } from '../../workflows/cut';
import { failure } from '../failure';
import { cut } from '../sources/text';
import type { Model, ModelLimits } from './model';
import { tellingWordsOf } from './words';

export interface Plan {
  readonly queries: readonly string[];
  /** Why the model did not plan, where it was asked. */
  readonly skipped: readonly Skipped[];
}

const QUERIES_MAX = 5;
/** Longest query, characters. */
const QUERY_MAX = 300;

/** Queries without a model: the topic as it is, and its telling words alone. */
export function plainQueries(topic: string): string[] {
  return [...new Set([topic, tellingWordsOf(topic).join(' ')])].filter((query) => query !== '');
}

/**
 * Queries that a model proposes.
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
  const lines = answer.split('\n').map((line) => queryIn(line));
  const queries = [...new Set(lines.filter((line) => line !== ''))].slice(0, QUERIES_MAX);
  if (queries.length === 0) throw failure('unavailable', 'The language model named no query.');
  return queries;
}

/** A line without what lists put around it. It is cut first: to look for the end of its spaces takes a time that grows with its square. */
function queryIn(line: string): string {
  return cut(head(line.trim(), 2 * QUERY_MAX).replace(/^[\s\-*\d.)"]+|["\s]+$/g, ''), QUERY_MAX);
}
