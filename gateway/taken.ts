/** Names that tools of upstreams cannot have: everybody who names them has to know the same ones. */
import type { Tool } from './tools';

const SHARED: ReadonlySet<string> = new Set([
  'job_wait',
  'job_result',
  'job_cancel',
  'job_respond',
  'job_list',
  'job_schedule',
  'job_continue',
]);
const OWN = /^(?:start|query|wait|cancel)_(.+)$/;

type Tools = Pick<ReadonlyMap<string, Pick<Tool, 'ownHandles'>>, 'get'>;

/**
 * Whether the name is that of a shared handle tool (enabled here or not), or `start_X`, `query_X`, `wait_X` or `cancel_X` of a tool X in
 * `own` that has handle tools of its own.
 */
export function isHandle(name: string, own: Tools): boolean {
  const [, tool = ''] = OWN.exec(name) ?? [];
  return SHARED.has(name) || own.get(tool)?.ownHandles === true;
}

/** @param own - the tools that are no upstream's, as they are when it is asked */
export function createTaken(own: () => Tools): Pick<ReadonlySet<string>, 'has'> {
  return { has: (name) => own().get(name) !== undefined || isHandle(name, own()) };
}
