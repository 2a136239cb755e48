/** What a person types next: the answers of a gateway say it in the words of agents. */
import { z } from 'zod';

const Schema = z.object({
  properties: z.record(z.string(), z.looseObject({})).catch({}),
  required: z.array(z.string()).catch([]),
});
/** `request`: it is for the client's model or roots, and no person's to answer. */
const Question = z.object({
  key: z.string(),
  schema: Schema.catch({ properties: {}, required: [] }),
  request: z.unknown().optional(),
});
const State = z.object({
  job_id: z.string(),
  status: z.string(),
  begins_at: z.string().optional(),
  cancelling: z.boolean().optional(),
  questions: z.array(Question).catch([]),
});

/** The commands for a job that is in this state; none where there is nothing to do. */
export function commandsFor(state: unknown): readonly string[] {
  const { data } = State.safeParse(state);
  if (!data || data.cancelling === true) return [];
  if (data.begins_at !== undefined) return [`To call it off: npx holdfast jobs cancel ${data.job_id}`];
  if (data.status === 'running') return [`To wait for it: npx holdfast jobs wait ${data.job_id}`];
  if (data.status !== 'input_required') return [];
  return data.questions
    .filter(({ request }) => request === undefined)
    .flatMap(({ key, schema }) => [
      `To answer:  npx holdfast jobs answer ${data.job_id} ${key} ${quoted(JSON.stringify(draftOf(schema)))}`,
      `To decline: npx holdfast jobs answer ${data.job_id} ${key} --decline`,
    ]);
}

/** Content with a value for each property that the form requires. */
function draftOf({ properties, required }: z.output<typeof Schema>): Record<string, unknown> {
  return Object.fromEntries(required.map((name) => [name, draftValueOf(properties[name] ?? {})]));
}

function draftValueOf({ type, enum: choices }: Readonly<Record<string, unknown>>): unknown {
  if (Array.isArray(choices)) return choices[0];
  switch (type) {
    case 'boolean':
      return true;
    case 'number':
    case 'integer':
      return 0;
    case 'array':
      return [];
    default:
      return '…';
  }
}

/** As a shell takes it for one word. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
