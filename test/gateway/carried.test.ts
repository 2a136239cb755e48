/** What a job carries of its call: who it is for, and its place in line. */
import { z } from 'zod';
import { createIds } from '../../gateway/ids';
import { createCarry } from '../../gateway/carried';
import type { Carried } from '../../gateway/carried';
import { authoredTools } from '../../gateway/tools';
import { DEFAULT_POLICY } from '../../workflows/contract';
import { defineTool } from '../../workflows/define-tool';

const plain = { description: 'Walks.', input: z.object({}), workflow: 'walk' };
const tools = authoredTools([
  defineTool({ ...plain, name: 'walk' }),
  defineTool({ ...plain, name: 'stroll', policy: { priority: 'batch' } }),
  defineTool({ description: 'Fills.', input: z.object({}), name: 'fill', step: 'fill' }),
  defineTool({ description: 'Pays.', input: z.object({}), name: 'pay', step: 'pay', policy: { approval: 'required' } }),
]);
const ids = createIds('x'.repeat(32));
const weighted = { weights: { acme: 3, small: 0.5 }, keys: [] };

function carriedBy(
  name: string,
  tenant: string,
  shares: Parameters<typeof createCarry>[0] = weighted,
  input: unknown = {},
): Carried {
  const tool = tools.get(name);
  if (!tool) throw new Error(`There is no tool ${name}.`);
  return createCarry(shares, ids)(tool, input, { tenant, subject: 'alice' }, { argsHash: 'hash' });
}

test.each([
  ['acme', 3],
  ['small', 0.5],
  ['a tenant that is not listed', 1],
])('the jobs of %s share the workers with a weight of %d', (tenant, weight) => {
  expect(carriedBy('walk', tenant).priority).toEqual({ fairnessKey: tenant, fairnessWeight: weight });
});

test('a tenant that is alone has no share, which would be paid for', () => {
  const keyOf = (tenant: string) => ({ sha256: '0'.repeat(64), tenant, subject: 'alice' });
  const among = (...tenants: string[]) => carriedBy('walk', 'acme', { weights: {}, keys: tenants.map(keyOf) }).priority;
  expect(among()).toEqual({});
  expect(among('acme', 'acme')).toEqual({});
  expect(among('acme', 'small')).toEqual({ fairnessKey: 'acme', fairnessWeight: 1 });
});

test('the first progress of a job of one step is there from its start, unless somebody has to allow it before', () => {
  expect(carriedBy('fill', 'acme').memo).toMatchObject({ progress: { done: 0, message: 'fill' } });
  expect(carriedBy('pay', 'acme').memo).not.toHaveProperty('progress');
  expect(carriedBy('walk', 'acme').memo).not.toHaveProperty('progress');
});

test('batch work comes last within its tenant', () => {
  expect(carriedBy('stroll', 'acme').priority).toEqual({ fairnessKey: 'acme', fairnessWeight: 3, priorityKey: 5 });
});

test('Temporal ends a job that has not ended a week after its budget and its question', () => {
  const { budgetMs, askMs } = DEFAULT_POLICY;
  expect(carriedBy('walk', 'acme').workflowExecutionTimeout).toBe(budgetMs + askMs + 7 * 86_400_000);
});

test('a job can be searched for by tenant, tool and a tag of its subject', () => {
  const found = carriedBy('walk', 'acme').typedSearchAttributes.map(({ key, value }) => [key.name, value]);
  expect(Object.fromEntries(found)).toEqual({
    HoldfastTenant: 'acme',
    HoldfastSubject: ids.subjectTag({ tenant: 'acme', subject: 'alice' }),
    HoldfastTool: 'walk',
  });
});

test('the Web UI and lists show the tool and its arguments in one line, within what Temporal takes', () => {
  expect(carriedBy('walk', 'acme', weighted, { to: 'Rome' })).toMatchObject({
    staticSummary: 'walk {"to":"Rome"}',
    memo: { holdfast: { args: '{"to":"Rome"}' } },
  });
  const { staticSummary, memo } = carriedBy('walk', 'acme', weighted, { to: '🏛'.repeat(200) });
  for (const line of [staticSummary, (memo['holdfast'] as { args: string }).args]) {
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(200);
    expect(line).toMatch(/🏛…$/u);
  }
});
