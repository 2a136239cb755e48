/** A value to begin with that fits a JSON Schema: what it requires, each of its type, for a person to edit. */
import { z } from 'zod';

const Schema = z.looseObject({
  type: z.unknown().optional(),
  enum: z.array(z.unknown()).optional().catch(undefined),
  const: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).catch({}),
  required: z.array(z.string()).catch([]),
});

/** How deep objects are filled in that lie in one another. */
const DEPTH_MAX = 4;

/** The draft of what `schema` describes; `…` where it says nothing that is understood here. */
export function draftOf(schema: unknown, depth = DEPTH_MAX): unknown {
  const { data } = Schema.safeParse(schema);
  if (data?.const !== undefined) return data.const;
  if (data?.enum) return data.enum[0];
  switch (data?.type) {
    case 'boolean':
      return true;
    case 'number':
    case 'integer':
      return 1;
    case 'array':
      return [];
    case 'object':
      if (depth === 0) return {};
      return Object.fromEntries(data.required.map((name) => [name, draftOf(data.properties[name], depth - 1)]));
    default:
      return '…';
  }
}
