/** What a thread of a project's worker does: it loads the steps for itself, and calls a function that they export. */
import { pathToFileURL } from 'node:url';

/** A call, as it is copied into the thread. */
export interface Computed {
  /** Path of the built `steps` module. */
  readonly steps: string;
  readonly workflow: string;
  readonly name: string;
  readonly input: unknown;
}

interface Steps {
  readonly steps: Readonly<Record<string, Readonly<Record<string, { readonly run: (input: unknown) => unknown }>>>>;
}

export async function compute({ steps: path, workflow, name, input }: Computed): Promise<unknown> {
  const { steps } = (await import(pathToFileURL(path).href)) as Steps;
  return steps[workflow]?.[name]?.run(input);
}
