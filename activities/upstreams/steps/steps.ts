/** The steps that list, call, follow and read what upstreams offer. */
import { Context } from '@temporalio/activity';
import { notConfigured } from '../../../workflows/upstream-contract';
import type {
  FollowRequest,
  Given,
  InputReply,
  InputRequest,
  Listed,
  ReadRequest,
  Reading,
  UpstreamAnswer,
  UpstreamRequest,
} from '../../../workflows/upstream-contract';
import { failure } from '../../failure';
import { step } from '../../step';
import type { StepContext } from '../../step';
import { digestOf } from '../digest';
import type { UpstreamLog } from '../log';
import type { CallContext, Upstream } from '../upstream';
import type { Upstreams } from './upstreams';

/** Puts a request of an upstream before the caller of a job, and waits for the reply. */
export type AskJob = (
  workflowId: string,
  runId: string | undefined,
  request: InputRequest,
  signal: AbortSignal,
) => Promise<InputReply>;

/** Whether a job has ended. */
export type IsJobOver = (workflowId: string, runId: string | undefined) => Promise<boolean>;

export interface UpstreamSteps {
  /** What an upstream offers, unless it is what `digest` is of. */
  listUpstream(input: { readonly upstream: string; readonly digest?: string }): Promise<Listed>;
  callUpstream(request: UpstreamRequest): Promise<UpstreamAnswer>;
  /** Follows a task to its end. */
  followUpstream(request: FollowRequest): Promise<UpstreamAnswer>;
  readUpstream(request: ReadRequest): Promise<Reading>;
}

export interface UpstreamStepsNeeds {
  readonly upstreams: Pick<Upstreams, 'get'>;
  readonly askJob: AskJob;
  readonly isJobOver: IsJobOver;
  readonly log: UpstreamLog;
}

export function createUpstreamSteps({ upstreams, askJob, isJobOver, log }: UpstreamStepsNeeds): UpstreamSteps {
  function called(name: string): Upstream {
    const upstream = upstreams.get(name);
    if (upstream) return upstream;
    throw failure('refused', notConfigured(name));
  }

  function asking(context: StepContext): CallContext {
    // Looked up now: when a question comes, the step that had opened the connection is the present one.
    const { workflowExecution: job } = Context.current().info;
    return {
      ...context,
      ask: (request) =>
        job
          ? askJob(job.workflowId, job.runId, request, context.signal)
          : Promise.resolve({ refused: 'There is no job that could be asked.' }),
      isOver: () => (job ? isJobOver(job.workflowId, job.runId) : Promise.resolve(false)),
    };
  }

  /** Passes the failure on, and tells the operator of it. */
  const logged =
    <I extends { readonly upstream: string }, O>(run: (input: I, context: StepContext) => Promise<O>) =>
    async (input: I, context: StepContext): Promise<O> => {
      try {
        return await run(input, context);
      } catch (error) {
        if (!context.signal.aborted) log.warn({ upstream: input.upstream, err: error }, 'an upstream failed');
        throw error;
      }
    };

  return {
    listUpstream: step(
      logged(async ({ upstream, digest }: { readonly upstream: string; readonly digest?: string }, { signal }) => {
        const { tools: given, ttlMs, ...offer } = await called(upstream).list(signal);
        const tools = given
          .map((definition) => ({ name: String(definition['name']), definition, digest: digestOf(definition) }))
          .sort((a, b) => (a.name < b.name ? -1 : 1));
        const { resources, resourceTemplates, prompts } = offer;
        const others = [resources, resourceTemplates, prompts].map(unordered);
        const whole = digestOf([tools.map((tool) => tool.digest), ...others]);
        const fresh = { ...(ttlMs !== undefined && { ttlMs }) };
        if (whole === digest) return { kind: 'unchanged', ...fresh };
        const listing = { ...offer, tools, digest: whole, at: new Date().toISOString() };
        return { kind: 'changed', listing, ...fresh };
      }),
    ),
    callUpstream: step(
      logged((request: UpstreamRequest, context) => called(request.upstream).call(request, asking(context))),
    ),
    followUpstream: step(
      logged((request: FollowRequest, context) => called(request.upstream).follow(request, asking(context))),
    ),
    readUpstream: step(logged((request: ReadRequest, { signal }) => called(request.upstream).read(request, signal))),
  };
}

/** Some upstreams list the same in another order each time: that is no change. */
const unordered = (entries: readonly Given[]): string[] => entries.map(digestOf).sort();
