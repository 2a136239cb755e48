/** The steps of a project, as Temporal's workers take them. */
import { isStep } from './steps';
import { wireName } from './wire';

/** The modules of a project's steps, by the names of the workflows that they belong to. */
export type StepModules = Readonly<Record<string, object>>;

/** All steps by the names that Temporal knows them by. What else the modules export is left out. */
export function activitiesOf(modules: StepModules): Readonly<Record<string, (input: unknown) => Promise<unknown>>> {
  return Object.fromEntries(
    Object.entries(modules).flatMap(([workflow, module]) =>
      Object.entries(module).flatMap(([name, value]: [string, unknown]) =>
        isStep(value) ? [[wireName(workflow, name), value] as const] : [],
      ),
    ),
  );
}
