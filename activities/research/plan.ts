/** The queries that a topic is searched with. */
import type { Skipped } from '../../workflows/search-sources/tool';
import { failure } from '../failure';
import { inThread } from '../thread';
import type { Model, ModelLimits } from './model';
import { QUERIES_SCHEMA } from './plan-answer';
import type { queriesIn as read } from './plan-answer';
import { tellingWordsOf } from './words';

export interface Plan {
  readonly queries: readonly string[];
  /** Why the model did not plan, where it was asked, or what of its plan is left out. */
  readonly skipped: readonly Skipped[];
}

/** Queries without a model: the topic as it is, and its telling words alone. */
export function plainQueries(topic: string): string[] {
  return [...new Set([topic, tellingWordsOf(topic).join(' ')])].filter((query) => query !== '');
}

const readQueries = inThread<typeof read>(require.resolve('./plan-answer'), 'queriesIn');

/**
 * A plan that a model proposes.
 *
 * @throws ApplicationFailure `unavailable` or `refused` when it proposes nothing
 */
export async function modelPlan(topic: string, model: Model, limits: ModelLimits): Promise<Plan> {
  const system =
    'You plan research. Answer with at most 5 search queries, one on a line, or as the JSON that is asked for, and nothing else.';
  const { text, lack } = await model({ system, user: topic, schema: QUERIES_SCHEMA }, limits);
  const { queries, left } = await readQueries({ answer: text, isCut: lack !== undefined }, limits.signal);
  if (queries.length === 0)
    throw failure('unavailable', ['The language model named no query.', lack, left].filter(Boolean).join(' '));
  const what = 'a part of the plan by the language model';
  return { queries, skipped: [lack, left].flatMap((why) => (why === undefined ? [] : [{ what, why }])) };
}
