/** Answers against the schemas of their questions. */
import { createIds } from '../../../gateway/ids';
import { createRespond } from '../../../gateway/call/respond';
import type { Reception } from '../../../gateway/call/respond';
import { newView } from '../../../gateway/jobs/view';
import { DEFAULT_POLICY } from '../../../workflows/contract';
import type { JsonSchema } from '../../../workflows/contract';

const respond = createRespond({ respond: () => Promise.resolve(), partial: () => Promise.resolve(undefined) });
const ref = createIds('x'.repeat(32)).newRef({ tenant: 't', subject: 's' }, 'greet', undefined);

const answered = (schema: JsonSchema, content: object, expiresAt = '2999-01-01T00:00:00Z'): Promise<Reception> => {
  const question = { key: 'q1', message: 'Who?', schema, expiresAt };
  const view = { ...newView(ref, 'greet', DEFAULT_POLICY), questions: [question] };
  return respond(view, 'q1', { action: 'accept', content });
};

test('each question is judged by its own schema, though two share an $id', async () => {
  const needing = (name: string): JsonSchema => ({
    $id: 'https://example.com/form',
    type: 'object',
    properties: { [name]: { type: 'string' } },
    required: [name],
  });
  expect(await answered(needing('a'), { a: 'x' })).toEqual({ kind: 'taken' });
  expect(await answered(needing('b'), { a: 'x' })).toMatchObject({ kind: 'misfit' });
  expect(await answered(needing('b'), { b: 'x' })).toEqual({ kind: 'taken' });
});

test('a question that has expired takes no answer, though a job without workers still shows it', async () => {
  expect(await answered({}, {}, new Date(Date.now() - 1).toISOString())).toEqual({ kind: 'closed' });
});

test('an answer that does not fit is told what would', async () => {
  const schema: JsonSchema = {
    type: 'object',
    properties: { size: { type: 'string', enum: ['small', 'large'] }, name: { type: 'string' } },
    required: ['size', 'name'],
  };
  expect(await answered(schema, { size: 'huge' })).toEqual({
    kind: 'misfit',
    problems: 'name: is required; size: must be one of ["small","large"]',
  });
});
