/** What is known of the client that sends a request, and what follows from it for a call. */
import { MissingRequiredClientCapabilityError } from '@modelcontextprotocol/server';
import type { Tool } from '../tools';
import type { Ability } from '../words/question';

/** Name of the tasks extension of 2026-07-28. */
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';

export interface ClientFacts {
  /** `modern` is revision 2026-07-28, `legacy` any of the 2025 revisions and older. */
  readonly era: 'modern' | 'legacy';
  /** `clientInfo.name`. */
  readonly name: string | undefined;
  /** Declared the tasks extension, on this very request. */
  readonly tasks: boolean;
  /** Which questions it can take. */
  readonly can: ReadonlySet<Ability>;
}

/** Whether a client can be kept waiting in rounds: whoever can be asked in rounds can. */
export function takesRounds({ era, can }: ClientFacts): boolean {
  return era === 'modern' && can.size > 0;
}

/** @throws MissingRequiredClientCapabilityError (-32021) when a client lacks what the tool says that it needs */
export function refuseLacking({ needs }: Pick<Tool, 'needs'>, { era, tasks, can }: ClientFacts): void {
  const lacking = needs.filter((need) => (need === 'tasks' ? !tasks : !can.has(need)));
  if (lacking.length === 0 || era === 'legacy') return;
  const requiredCapabilities = Object.fromEntries(
    lacking.map((need) => (need === 'tasks' ? ['extensions', { [TASKS_EXTENSION]: {} }] : [need, {}])),
  );
  throw new MissingRequiredClientCapabilityError({ requiredCapabilities });
}
