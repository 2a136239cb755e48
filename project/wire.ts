/** The names that a project's tools have for Temporal. Running jobs ask for them, so they are wire formats. */

/** The step of a tool, as Temporal knows it. */
export const wireName = (workflow: string, step: string): string => `${workflow}.${step}`;
