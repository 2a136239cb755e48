/** What follows for a call from what is known of its client. */
import { z } from 'zod';
import { refuseLacking, takesRounds } from '../../../gateway/call/client';
import type { ClientFacts } from '../../../gateway/call/client';
import { authoredTools } from '../../../gateway/tools';
import { defineTool } from '../../../workflows/define-tool';

const clientWith = (change: Partial<ClientFacts>): ClientFacts => ({
  era: 'modern',
  name: undefined,
  tasks: false,
  can: new Set(),
  ...change,
});

const muse = defineTool({
  name: 'muse',
  description: 'Muses.',
  input: z.object({}),
  needs: ['tasks', 'sampling'],
  workflow: 'muse',
});

/** Why a client may not call a tool that needs tasks and the client's model; undefined if it may. */
function refusalOf(change: Partial<ClientFacts>): unknown {
  try {
    for (const tool of authoredTools([muse]).values()) refuseLacking(tool, clientWith(change));
    return undefined;
  } catch (error) {
    return error;
  }
}

test('a client is told which capabilities it lacks', () => {
  const data = { requiredCapabilities: { extensions: { 'io.modelcontextprotocol/tasks': {} }, sampling: {} } };
  expect(refusalOf({})).toMatchObject({ code: -32021, data });
});

test('a client that lacks nothing is served', () => {
  expect(refusalOf({ tasks: true, can: new Set(['sampling']) })).toBeUndefined();
});

test('a 2025 client is served whatever it lacks: its revisions know no such refusal', () => {
  expect(refusalOf({ era: 'legacy' })).toBeUndefined();
});

test('whoever can be asked in rounds can be kept waiting in rounds', () => {
  const can = new Set(['roots'] as const);
  expect([clientWith({ can }), clientWith({}), clientWith({ era: 'legacy', can })].map(takesRounds)).toEqual([
    true,
    false,
    false,
  ]);
});
