/** `holdfast/workflow`: what a `workflow.ts` of a project imports. It runs in Temporal's sandbox, so it is free of Node. */
import { workflowInfo } from '@temporalio/workflow';
import { job as ownJob } from '../workflows/job';
import type { Job as OwnJob } from '../workflows/job';
import type { InputOf, OutputOf } from '../workflows/define-tool';
import type { StepLimits } from '../workflows/steps';

export { condition, deprecatePatch, log, patched, sleep, uuid4 } from '@temporalio/workflow';
export { fail } from '../workflows/failure';
export type { Asked, Reply } from '../workflows/questions';
export type { Settled, StepLimits } from '../workflows/steps';

/** The steps among what a module exports: `typeof import('./steps')`. */
export type StepsOf<S> = {
  readonly [Name in keyof S as S[Name] extends { readonly holdfast: 'step' } ? Name : never]: S[Name] extends (
    ...args: infer A
  ) => Promise<infer R>
    ? (...args: A) => Promise<R>
    : never;
};

/** What a workflow may ask of its own job. `S` is the module of its steps, `P` its partial result. */
export interface Job<S, P = unknown> extends Omit<OwnJob<P>, 'steps'> {
  /** The steps of this tool's `steps.ts`, under this job's policy: attempts, timeouts, heartbeat. `limits` narrows the policy. */
  steps(limits?: StepLimits): StepsOf<S>;
}

type AnySteps = Readonly<Record<string, unknown>>;

/**
 * Turns `run` into the workflow of tool `T`, whose steps are those of module `S`:
 *
 *     import type * as steps from './steps';
 *     import type { fetchPage as tool } from './tool';
 *     export const fetchPage = job<typeof tool, typeof steps>(async ({ url }, job) => …);
 *
 * A step is known to Temporal as `<workflow>.<step>`, so that two tools may have a step of one name.
 */
export function job<T, S = object, P = unknown>(
  run: (input: InputOf<T>, job: Job<S, P>) => Promise<OutputOf<T>>,
): ReturnType<typeof ownJob<T, P>> {
  return ownJob<T, P>((input, kit) => run(input, { ...kit, steps: (limits) => local<S>(kit.steps(limits)) }));
}

/** The steps by their local names. */
function local<S>(steps: AnySteps): StepsOf<S> {
  const { workflowType } = workflowInfo();
  return new Proxy({}, { get: (_target, name) => steps[`${workflowType}.${String(name)}`] }) as StepsOf<S>;
}
