/** The life of a call, top to bottom. Whoever changes the product reads this first. */
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { Result } from '@modelcontextprotocol/server';
import { unlessGone } from '../errors';
import type { Outcome } from '../jobs/outcome';
import { callHash } from '../jobs/start';
import { isClosed } from '../jobs/view';
import type { JobView } from '../jobs/view';
import type { Tool } from '../tools';
import { handleOf } from '../words/handle';
import { needOf, takenBy } from '../words/question';
import { invalid, misfitting, overQuota } from '../words/rejected';
import { coreTask, createdTask } from '../words/task';
import type { Held } from './begin';
import { refuseLacking, takesRounds } from './client';
import type { CallNeeds, CallRequest, Called } from './request';
import type { Round } from './rounds';

/** Serves one `tools/call` of a tool: with its result, or with a task, a round or a handle for the time after this request. */
export async function call(called: Called, request: CallRequest, needs: CallNeeds): Promise<Result> {
  const { tool, input, earlier } = called;
  if (!input.ok) return misfitting(tool.name, input.problems);
  if (tool.withheld !== undefined) return invalid(tool.withheld);
  refuseLacking(tool, request.client);
  const args = callHash(input.input, earlier);
  refuseOtherRound(request.round, tool, args);

  const job = request.round
    ? await needs.rounds.resume(request.round, request.responses, request.caller)
    : await needs.begin(tool, input.input, request, earlier);
  if (job.kind === 'full') return overQuota(job);
  // From here on the call survives us.
  request.accepted();
  request.note({ job: job.ref.id, args, outcome: 'open', ...(isNew(job) && { started: true }) });

  const task = await taskAtOnce(job, tool, request, needs);
  if (task) return task;
  const outcome = await wait(job, tool, request, needs);
  const asked = { keyed: request.origin.key !== undefined, replayed: job.replayed };
  if (outcome) return ended(outcome, needs.answers.ended(job.ref, tool.name, outcome, asked), request);
  await cancelIfAbandoned(job, tool, request, needs);
  const state = await needs.answers.stateOf(job.ref, tool.name, asked);
  return state.kind === 'ended'
    ? ended(state.outcome, state.result, request)
    : goesOn(state.view, args, job.answered, request, tool, needs);
}

/** Whether the call began a job, or came back to one. */
const isNew = ({ view, replayed }: Held): boolean => view !== undefined && !replayed;

function ended<R>(outcome: Outcome, result: R, { note }: CallRequest): R {
  note({ outcome: outcome.kind, ...(outcome.kind === 'failed' && { failure: outcome.failure }) });
  return result;
}

function refuseOtherRound(round: Round | undefined, tool: Tool, args: string): void {
  if (round && (round.tool !== tool.name || round.args !== args))
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'The requestState belongs to another call.');
}

/** The answer to a call that is a task from its beginning: because the request said so, or because nobody is to wait. */
async function taskAtOnce(
  { view }: Held,
  { name }: Tool,
  { asTask, client }: CallRequest,
  { answers, graceMs }: CallNeeds,
): Promise<Result | undefined> {
  if (!view) return undefined;
  if (asTask) {
    const state = isClosed(view) ? await answers.stateOf(view.ref, name) : undefined;
    return { task: coreTask(view, state?.kind === 'ended' ? state.result : undefined, client.can) };
  }
  return client.tasks && graceMs === 0 ? createdTask(view) : undefined;
}

/** How long the client of a call waits, milliseconds. */
function waitMs(tool: Tool, { client, patienceMs }: CallRequest, { graceMs }: CallNeeds): number {
  return client.tasks ? graceMs : patienceMs(tool.waitMs);
}

/** Waits for the end of the job as long as suits the client; undefined when the job goes on. */
function wait({ ref, answered }: Held, tool: Tool, request: CallRequest, needs: CallNeeds) {
  const { client, signal, onView, push } = request;
  return needs.watch.wait(ref, {
    ms: waitMs(tool, request, needs),
    signal,
    answered,
    onView,
    mayAsk: takesRounds(client) || tool.policy.approval === 'required',
    push,
    passes: (question) => takesRounds(client) && !client.can.has(needOf(question)),
  });
}

/** An abort ends the job, and so does a hang-up where the tool says so; unless the job has a key: others may wait for it then. */
async function cancelIfAbandoned(
  { ref }: Held,
  { onDisconnect }: Tool,
  { signal, revoked, aborted, client, origin, note }: CallRequest,
  { jobs, watch }: CallNeeds,
): Promise<void> {
  if (!signal.aborted || revoked() || origin.key !== undefined) return;
  const hungUp = client.era === 'modern' && onDisconnect === 'cancel' && !watch.draining();
  if (!hungUp && !(await aborted())) return;
  await jobs.cancel(ref).catch(unlessGone);
  note({ abandoned: true });
}

/** What a client is told whose job goes on: a task, another round, or a handle in words. */
function goesOn(
  view: JobView,
  args: string,
  answered: readonly string[],
  request: CallRequest,
  tool: Tool,
  needs: CallNeeds,
): Result {
  const { client, round, caller } = request;
  const asked = view.status === 'input_required' ? takenBy(client.can, view.questions) : [];
  const questions = asked.filter(({ key }) => !answered.includes(key));
  if (client.tasks && questions.length === 0) return createdTask(view);
  // Rounds would bring a client no further that can take none of the questions.
  const stuck = view.status === 'input_required' && asked.length === 0;
  const another = questions.length > 0 || (waitMs(tool, request, needs) > 0 && !stuck);
  const next =
    takesRounds(client) && another
      ? needs.rounds.next({ view, args, before: round, answered, questions, caller })
      : undefined;
  return next ?? handleOf(view, needs.answers.auditOf(view.ref));
}
