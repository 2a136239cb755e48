/** `holdfast/steps`: what a `steps.ts` of a project imports. It runs in workers, and may use all of Node and any package. */
import { step as ownStep } from '../activities/step';
import type { StepContext } from '../activities/step';

export { failure } from '../activities/failure';
export type { StepContext } from '../activities/step';
export { inThread } from './thread';
export type { Threaded } from './thread';

/** A step, as its workflow calls it. The mark tells it from what else its module exports. */
export type Step<I, O> = ((input: I) => Promise<O>) & { readonly holdfast: 'step' };

/**
 * Turns `run` into a step: one touch of the outside world, repeated, limited and cancelled as the tool's policy says.
 *
 * @throws ApplicationFailure `too_large` when the result passes 1.5 MB; `unavailable` (retried) for any error without a kind
 */
export function step<I = void, O = void>(run: (input: I, context: StepContext) => Promise<O>): Step<I, O> {
  return Object.assign(ownStep(run), { holdfast: 'step' } as const);
}

/** Whether something that a module exports is a step. */
export function isStep(value: unknown): value is Step<unknown, unknown> {
  return typeof value === 'function' && 'holdfast' in value && value.holdfast === 'step';
}
