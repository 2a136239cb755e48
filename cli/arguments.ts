/** The arguments of a tool as a person reads them, who types them by hand. */
import { z } from 'zod';

const Schema = z.looseObject({
  type: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .catch(undefined),
  enum: z.array(z.unknown()).optional().catch(undefined),
  const: z.unknown().optional(),
  default: z.unknown().optional(),
  description: z.string().optional().catch(undefined),
  properties: z.record(z.string(), z.unknown()).catch({}),
  required: z.array(z.string()).catch([]),
  items: z.unknown().optional(),
});
type Schema = z.output<typeof Schema>;

/** How deep objects are shown that lie in one another. What lies deeper is in the schema itself. */
const DEPTH_MAX = 4;

const schemaOf = (value: unknown): Schema => Schema.safeParse(value).data ?? Schema.parse({});

/** A line for each argument: its name, what it may be, and what it is for. What lies in an object has the object's name before it. */
export function argumentLines(inputSchema: unknown): string[] {
  const rows = rowsOf(schemaOf(inputSchema), '', DEPTH_MAX);
  const [names, kinds] = [rows.map(([name]) => name.length), rows.map(([, kind]) => kind.length)];
  return rows.map(([name, kind, what]) =>
    `${name.padEnd(Math.max(...names))}  ${kind.padEnd(Math.max(...kinds))}  ${what}`.trimEnd(),
  );
}

type Row = readonly [name: string, kind: string, what: string];

function rowsOf({ properties, required }: Schema, prefix: string, depth: number): Row[] {
  return Object.entries(properties).flatMap(([name, value]): Row[] => {
    const schema = schemaOf(value);
    const [inner, path] = schema.type === 'array' ? [schemaOf(schema.items), `${name}[]`] : [schema, name];
    return [
      [`${prefix}${name}`, kindOf(schema, required.includes(name)), schema.description ?? ''],
      ...(depth > 0 ? rowsOf(inner, `${prefix}${path}.`, depth - 1) : []),
    ];
  });
}

function kindOf(schema: Schema, isRequired: boolean): string {
  const otherwise = schema.default === undefined ? '' : `, else ${JSON.stringify(schema.default)}`;
  return `${typeOf(schema)}${isRequired ? '' : ', optional'}${otherwise}`;
}

function typeOf({ type, enum: choices, const: only, items }: Schema): string {
  if (choices) return choices.map((choice) => JSON.stringify(choice)).join(' | ');
  if (only !== undefined) return JSON.stringify(only);
  if (type === 'array') return `list of ${typeOf(schemaOf(items))}`;
  return type === undefined ? 'any' : [type].flat().join(' | ');
}
