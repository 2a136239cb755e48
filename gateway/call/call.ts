/** The life of a call, top to bottom. Whoever changes the product reads this first. */
import { setTimeout as pause } from 'node:timers/promises';
import { MissingRequiredClientCapabilityError, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { Result } from '@modelcontextprotocol/server';
import type { Caller, Question } from '../../workflows/contract';
import { held } from './admission';
import type { Admission, Full, Place } from './admission';
import type { Answers } from './answer';
import { TASKS_EXTENSION } from './client';
import type { ClientFacts } from './client';
import { unlessUnavailable, unlessUnknown } from '../errors';
import { handleOf } from '../words/handle';
import { argsHash } from '../ids';
import type { Jobs } from '../jobs/jobs';
import type { Earlier, Origin } from '../jobs/start';
import { invalid, overQuota } from '../words/rejected';
import type { Round, Rounds } from './rounds';
import { needOf, takenBy } from '../words/question';
import { coreTask, createdTask } from '../words/task';
import type { Tool } from '../tools';
import { isClosed } from '../jobs/view';
import type { JobView } from '../jobs/view';
import type { Push, Watch } from './watch';

/** What a request brings along besides the tool's name and arguments. */
export interface CallRequest {
  readonly caller: Caller;
  readonly client: ClientFacts;
  readonly origin: Origin;
  /** How long this client may be kept waiting, milliseconds, for a tool that has its own idea or none. */
  readonly patienceMs: (tool?: number) => number;
  /** What the client brings back from the round before, and what its user answered. */
  readonly round: Round | undefined;
  readonly responses: Readonly<Record<string, unknown>>;
  /** The `task` parameter of 2025-11-25 came along. */
  readonly asTask: boolean;
  /** Fires when the client hangs up: ends the wait, not the job. */
  readonly signal: AbortSignal;
  readonly onView: (view: JobView) => void;
  /** Puts a question before the client's user on the open stream, where the revision has that. */
  readonly push: Push | undefined;
  /** Ends the stream without an answer. To be called when the client took the call back. */
  readonly drop: () => Promise<void>;
  /** To be called once the call is durable. */
  readonly accepted: () => void;
}

/** How long a start may be on its way. */
const ON_ITS_WAY_MS = 300;

/** In a later round the job has its place. */
const HAD: Place = { of: () => undefined, leave: () => undefined };

export type Calls = ReturnType<typeof callWith>;

/** Makes the functions that serve `tools/call`. `graceMs`: how long a call waits before it becomes a task. */
export function callWith(
  jobs: Jobs,
  watch: Watch,
  answers: Answers,
  rounds: Rounds,
  { admit }: Admission,
  graceMs: number,
) {
  /** A call of a tool by its name. */
  async function call(tool: Tool, args: unknown, request: CallRequest): Promise<Result> {
    const checked = tool.check(args);
    if (checked.ok) return run(tool, checked.input, request);
    return invalid(
      `The arguments of ${tool.name} do not fit its schema: ${checked.problems}. Correct them and call again.`,
    );
  }

  /** A call whose arguments were found to fit; `earlier` is the job that it goes on with, if it does. */
  async function run(tool: Tool, input: unknown, request: CallRequest, earlier?: Earlier): Promise<Result> {
    const { client, round, signal } = request;
    refuseLacking(tool, client);
    // Of a call that goes on with a job, that job says it all.
    const args = argsHash(earlier ? { continues: earlier.job } : input);
    if (round && (round.tool !== tool.name || round.args !== args))
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'The requestState belongs to another call.');
    const place = round ? HAD : await admit(request.caller);
    const begun = round
      ? await rounds.resume(round, request.responses, request.caller)
      : await begin(tool, input, request, earlier, place);
    if ('limit' in begun) return overQuota(begun);
    // From here on the call survives us.
    request.accepted();
    const { ref } = begun;
    const answered = 'answered' in begun ? begun.answered : [];
    if (request.asTask && 'status' in begun) {
      const ended = isClosed(begun) ? await answers.stateOf(ref, tool.name) : undefined;
      return { task: coreTask(begun, ended?.result, client.can) };
    }
    if (client.tasks && graceMs === 0 && 'status' in begun) return createdTask(begun);

    const ms = client.tasks ? graceMs : request.patienceMs(tool.waitMs);
    const passes = (question: Question): boolean => takesRounds(client) && !client.can.has(needOf(question));
    const { onView, push } = request;
    const outcome = await watch.wait(ref, { ms, signal, answered, onView, push, passes });
    const cancelled = outcome?.kind === 'cancelled' && request.origin.request !== undefined;
    if (cancelled && (await jobs.takenBack(ref).catch(unlessUnavailable))) await request.drop();
    if (outcome) return answers.ended(ref, tool.name, outcome);
    const hungUp = signal.aborted && client.era === 'modern' && !watch.draining();
    // Others may wait for a job that has a key.
    const alone = hungUp && request.origin.key === undefined;
    if (alone && tool.onDisconnect === 'cancel') await jobs.cancel(ref).catch(unlessUnknown);
    const { result, view } = await answers.stateOf(ref, tool.name);
    return view ? goesOn(view, args, answered, request, ms > 0) : result;
  }

  /** Starts the job, if there is a place for it. To one that has the call's key already it comes back without. */
  async function begin(
    tool: Tool,
    input: unknown,
    { caller, origin }: CallRequest,
    earlier: Earlier | undefined,
    place: Place | Full,
  ): Promise<JobView | Full> {
    if ('leave' in place) {
      const view = await held(place, () => jobs.start(tool, input, caller, origin, { earlier }));
      place.of(view.ref);
      return view;
    }
    const { key } = origin;
    if (key === undefined) return place;
    const joined = (): Promise<JobView | undefined> =>
      jobs.joined(tool, input, caller, key, earlier).catch(unlessUnknown);
    // The call that has the key's place may be on its way.
    return (await joined()) ?? (await pause(ON_ITS_WAY_MS).then(joined)) ?? place;
  }

  /** What a client is told whose job goes on: a task, another round, or a handle in words. */
  function goesOn(
    view: JobView,
    args: string,
    answered: readonly string[],
    { client, round, caller }: CallRequest,
    waits: boolean,
  ): Result {
    const asked = view.status === 'input_required' ? takenBy(client.can, view.questions) : [];
    const questions = asked.filter(({ key }) => !answered.includes(key));
    // Rounds would bring a client no further that can take none of the questions.
    const stuck = view.status === 'input_required' && asked.length === 0;
    if (client.tasks && questions.length === 0) return createdTask(view);
    const another = questions.length > 0 || (waits && !stuck);
    const next =
      takesRounds(client) && another ? rounds.next(view, args, round, answered, questions, caller) : undefined;
    return next ?? handleOf(view, answers.auditOf(view.ref));
  }

  return { call, run };
}

/** Who can be asked in rounds can be kept waiting in rounds. */
function takesRounds({ era, can }: ClientFacts): boolean {
  return era === 'modern' && can.size > 0;
}

/** A call of a tool that says what it needs, by a client that lacks it. */
export function refuseLacking({ needs }: Tool, { era, tasks, can }: ClientFacts): void {
  const lacking = needs.filter((need) => (need === 'tasks' ? !tasks : !can.has(need)));
  if (lacking.length === 0 || era === 'legacy') return;
  const requiredCapabilities = Object.fromEntries(
    lacking.map((need) => (need === 'tasks' ? ['extensions', { [TASKS_EXTENSION]: {} }] : [need, {}])),
  );
  throw new MissingRequiredClientCapabilityError({ requiredCapabilities });
}
