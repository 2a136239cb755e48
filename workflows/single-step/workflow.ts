/** The workflow of all tools that have only one step: runs one activity under the job's policy. */
import { job } from '../job';
import type { ToolDefinition } from '../define-tool';
import type { z } from 'zod';

type AnyStep = Readonly<Record<string, (input: unknown) => Promise<unknown>>>;
type Route = ToolDefinition<z.ZodType<{ readonly step: string; readonly input: unknown }>>;

/** Calls the activity named `step` with `input` and returns what it returns. */
export const singleStep = job<Route>(
  async ({ step, input }, job) => {
    const run = job.steps<AnyStep>()[step];
    if (run === undefined) throw new TypeError(`No step is named ${step}.`);
    return job.step(step, () => run(input));
  },
  ({ input }) => input,
  'one',
);
