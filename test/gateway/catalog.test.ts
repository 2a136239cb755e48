/** Entries of the catalogue as tools: how they are listed, what they start with, and which are refused at start. */
import type { z } from 'zod';
import type { CatalogPart } from '../../config/catalog';
import { catalogued } from '../../gateway/catalog';
import type { Tool } from '../../gateway/tools';
import { catalogOf } from '../fixtures/catalog';

type Entry = z.input<typeof CatalogPart>[string];

function toolOf(entry: Entry): Tool {
  const [tool] = catalogued(catalogOf({ order: entry }), 'default');
  if (!tool) throw new Error('There is no tool.');
  return tool;
}
const input = {
  type: 'object',
  properties: { order_id: { type: 'integer' }, text: { type: 'string' } },
  required: ['order_id'],
};
const start = { description: 'Orders.', workflow: 'Order', queue: 'orders', input };
const signal = { description: 'Notes.', workflow: 'Order', signal: 'note', input };

test('a workflow in our namespace is started directly, with the arguments as one object', () => {
  const { route } = toolOf(start);
  expect(route).toMatchObject({ workflow: 'Order', taskQueue: 'orders' });
  expect(route.args({ order_id: 1 })).toEqual([{ order_id: 1 }]);
});

test('a workflow without an input is started with no arguments', () => {
  const { route, check } = toolOf({ ...start, input: undefined });
  expect(check({})).toEqual({ ok: true, input: {} });
  expect(route.args({})).toEqual([]);
});

test('arguments by position keep their places, and end with the last that was given', () => {
  const { route } = toolOf({ ...start, args: ['text', 'order_id'] });
  expect(route.args({ order_id: 1 })).toEqual([null, 1]);
  expect(route.args({ text: 'x' })).toEqual(['x']);
});

test.each<[string, Partial<Entry>, object]>([
  ['in another namespace', { namespace: 'elsewhere' }, { namespace: 'elsewhere', searchAttributes: false }],
  [
    'that a person has to allow',
    { policy: { approval: 'required' } },
    { namespace: 'default', searchAttributes: false },
  ],
])('a workflow %s is run by a job of ours, which follows it for as long as it may take', (_what, more, run) => {
  const { route, policy } = toolOf({ ...start, policy: { budget: '2 days' }, ...more });
  expect(route.workflow).toBe('foreignRun');
  expect(route.args({ order_id: 1 })).toEqual([
    { ...run, workflow: 'Order', queue: 'orders', args: [{ order_id: 1 }], given: { order_id: 1 } },
  ]);
  expect(policy.attempts).toBeGreaterThan(100);
  expect(policy.stepTimeoutMs).toBeGreaterThan(policy.budgetMs);
});

test('a job that has to report its end to a callback is one of ours, since the workflow itself would not', () => {
  const { route, reporting } = toolOf(start);
  expect([route.workflow, reporting?.route.workflow]).toEqual(['Order', 'foreignRun']);
});

test('a workflow that is to carry no search attributes of ours carries none', () => {
  expect(toolOf({ ...start, search_attributes: false }).route.unlisted).toBe(true);
  expect(toolOf(start).route.unlisted).toBeUndefined();
});

test('what is steered is listed with what says which workflow is meant, and its handler does not get that', () => {
  const { listed, route } = toolOf({ ...signal, start: false });
  expect(listed.inputSchema).toMatchObject({ required: ['workflow_id', 'order_id'] });
  expect(route.args({ workflow_id: 'w', order_id: 1 })).toEqual([
    {
      step: 'steerWorkflow',
      input: {
        namespace: 'default',
        handler: 'signal',
        name: 'note',
        workflows: ['Order'],
        args: [{ order_id: 1 }],
        target: { workflowId: 'w' },
      },
    },
  ]);
});

test('an id is made of arguments', () => {
  const { listed, route } = toolOf({ ...signal, start: false, workflow_id: 'order-{order_id}' });
  expect(listed.inputSchema).toEqual(input);
  expect(route.args({ order_id: 7 })).toMatchObject([
    { input: { target: { workflowId: 'order-7' }, args: [{ order_id: 7 }] } },
  ]);
});

test.each([
  ['a signal', { signal: 'a' }, 1, undefined],
  ['an update', { update: 'a' }, 1, undefined],
  ['a query', { query: 'a' }, 5, true],
  ['an update that says that it may', { update: 'a', annotations: { idempotentHint: true } }, 5, undefined],
])('%s is repeated only where that does no harm', (_what, handler, attempts, readOnlyHint) => {
  const { policy, listed } = toolOf({ description: 'x', workflow: 'Order', ...handler });
  expect(policy.attempts).toBe(attempts);
  expect(listed.annotations?.readOnlyHint).toBe(readOnlyHint);
});

test('an output that fits its schema is data, too; any other is text', () => {
  const { structured, content, listed } = toolOf({ ...start, output: { type: 'object', required: ['total'] } });
  expect(listed.outputSchema).toMatchObject({ type: 'object' });
  expect([structured({ total: 1 }), structured({}), structured('x')]).toEqual([{ total: 1 }, undefined, undefined]);
  expect(content('x')).toEqual([{ type: 'text', text: 'x' }]);
});

test.each<[string, Entry, RegExp]>([
  ['an input that is no object', { ...start, input: { type: 'array' } }, /type: object/],
  ['an input that is no schema', { ...start, input: { type: 'object', required: 3 } }, /no JSON Schema/],
  ['an argument that the input does not have', { ...start, args: ['nobody'] }, /args names nobody/],
  [
    'an id of an argument that may be absent',
    { ...signal, start: false, workflow_id: '{text}' },
    /required property of the input/,
  ],
  [
    'an argument that says which workflow is meant',
    { ...signal, input: { type: 'object', properties: { job_id: {} } } },
    /property job_id/,
  ],
])('%s is refused at start, with the name of the entry', (_what, entry, sentence) => {
  expect(() => toolOf(entry)).toThrow(/^catalog\.order: /);
  expect(() => toolOf(entry)).toThrow(sentence);
});
