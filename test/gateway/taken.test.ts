/** Names that tools of upstreams cannot have. */
import { createCompanions } from '../../gateway/handles/companions';
import type { HandleNeeds } from '../../gateway/handles/companion';
import { createOwnHandles } from '../../gateway/handles/own';
import { createTaken, isHandle } from '../../gateway/taken';
import { authoredTools } from '../../gateway/tools';
import type { Tool } from '../../gateway/tools';
import { tools } from '../fixtures/workflows/tools';

/** They are made, and not called. */
const needs = {} as HandleNeeds;
const own = authoredTools(tools);
const suite = [...own.values()].find(({ ownHandles }) => ownHandles);

test('each handle tool has such a name, those of a tool of its own included', () => {
  if (!suite) throw new Error('One of the test tools has handle tools of its own.');
  const names = [...createCompanions(needs), ...createOwnHandles(suite, needs)].map(({ listed }) => listed.name);
  expect(names.length).toBeGreaterThan(7);
  expect(names.filter((name) => !isHandle(name, own))).toEqual([]);
  for (const name of ['job_schedule', 'job_continue', `start_${suite.name}`]) expect(isHandle(name, own)).toBe(true);
});

test('a name like that of a handle tool is free where no tool has such ones', () => {
  expect(isHandle('wait_echo', own)).toBe(false);
  expect(isHandle('job_offer', own)).toBe(false);
});

test('a tool that is added by a reload takes its name from then on', () => {
  let now: ReadonlyMap<string, Tool> = new Map();
  const taken = createTaken(() => now);
  expect(taken.has('echo')).toBe(false);
  now = own;
  expect(taken.has('echo')).toBe(true);
});
