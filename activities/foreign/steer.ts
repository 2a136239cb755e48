/** Hands a signal, a query or an update to a workflow that runs, if the caller may steer it. */
import { Context } from '@temporalio/activity';
import { MEMO_JOB } from '../../workflows/contract';
import { foreignIdOf } from '../../workflows/catalog-contract';
import type { Place, Steer } from '../../workflows/catalog-contract';
import { head } from '../../workflows/cut';
import { failure } from '../failure';
import type { StepContext } from '../step';
import type { Described, Handled, Workflows } from './workflows';

/** Longest text of a workflow's own that is passed on, characters. */
const WORDS_MAX = 1_000;

interface Found {
  readonly place: Place;
  readonly running: boolean;
}

/**
 * @throws `invalid_input` when there is no such workflow for this caller, whatever the cause; `refused` when it has ended, knows no such
 *   handler, or the handler said no; `unavailable` when no worker of it answers
 */
export async function steer(given: Steer, { signal }: StepContext, workflows: Workflows): Promise<unknown> {
  const { handler, name, args } = given;
  const job = Context.current().info.workflowExecution?.workflowId ?? '';
  const { place, running } = await find(given, job, workflows);
  if (!running && handler !== 'query')
    throw failure('refused', `The workflow has ended: it takes no ${handler} any more.`);
  switch (handler) {
    case 'signal':
      return outcomeOf(given, await workflows.signal(place, name, args, job));
    case 'query':
      return outcomeOf(given, await workflows.query(place, name, args));
    case 'update':
      return outcomeOf(given, await workflows.update(place, name, args, job, signal));
  }
}

/**
 * The workflow that is meant. It must have one of the types that may be steered. One that belongs to a caller of Holdfast, by its memo, is
 * that caller's alone: its id begins like that of the present job. All else is as if it did not exist.
 */
async function find({ namespace, target, workflows: types }: Steer, job: string, workflows: Workflows): Promise<Found> {
  const mine = job.slice(0, job.lastIndexOf('/') + 1);
  const ids = 'job' in target ? [`${mine}${target.job}`, foreignIdOf(`${mine}${target.job}`)] : [target.workflowId];
  for (const workflowId of ids) {
    const place = { namespace, workflowId };
    const seen = await workflows.describe(place);
    if (seen && types.includes(seen.type) && isOpen(seen, workflowId, mine)) return { place, running: seen.running };
  }
  throw failure(
    'invalid_input',
    'job' in target
      ? `There is no job ${target.job} of yours that this can be handed to.`
      : `There is no workflow ${head(target.workflowId, 200)} that this can be handed to.`,
  );
}

const isOpen = ({ memo }: Described, workflowId: string, mine: string): boolean =>
  memo[MEMO_JOB] === undefined || (mine !== '' && workflowId.startsWith(mine));

function outcomeOf({ handler, name }: Steer, handled: Handled): unknown {
  switch (handled.kind) {
    case 'value':
      return handled.value;
    case 'gone':
      throw failure('refused', `The workflow has ended: it takes no ${handler} any more.`);
    case 'unhandled':
      throw failure('refused', `The workflow has no ${handler} named ${name}.`);
    case 'threw':
      throw failure(
        'refused',
        `The workflow did not take the ${handler} ${name}. In its own words: ${JSON.stringify(head(handled.words, WORDS_MAX))}`,
        undefined,
        'unknown',
      );
    case 'silent':
      throw failure(
        'unavailable',
        `No worker of the workflow answered the ${handler} ${name} in time.`,
        undefined,
        handler === 'query' ? 'none' : 'unknown',
      );
  }
}
