/** holdfast.yaml as a JSON Schema, made of the schemas that read it: for editors, and for who mistypes a name. */
import { z } from 'zod';
import { McpServer, McpServersPart } from './mcp-servers';
import { Parts } from './parts';
import { KINDS, UpstreamPart } from './upstreams';

/** What is read of a JSON Schema here. */
interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** The schema of the whole file. Editors know draft 7 best. */
export function configurationSchema(): object {
  return {
    ...z.toJSONSchema(Parts, {
      ...OPTIONS,
      override({ zodSchema, jsonSchema }) {
        if (zodSchema === UpstreamPart) jsonSchema.anyOf = Object.values(KINDS).map(partOf);
        if (zodSchema === McpServersPart) jsonSchema.additionalProperties = partOf(McpServer);
        withoutOurs(jsonSchema);
      },
    }),
    title: 'holdfast.yaml',
  };
}

/** The names that may stand in a setting. */
export function namesAt(setting: readonly PropertyKey[]): string[] {
  let schemas: readonly Schema[] = [configurationSchema()];
  for (const name of setting)
    schemas = schemas.flatMap(alternativesOf).flatMap(({ properties, additionalProperties, items }) => {
      const found = properties?.[String(name)] ?? additionalProperties ?? items;
      return typeof found === 'object' ? [found] : [];
    });
  return schemas.flatMap(alternativesOf).flatMap(({ properties = {} }) => Object.keys(properties));
}

const alternativesOf = (schema: Schema): readonly Schema[] => [schema, ...(schema.anyOf ?? []).flatMap(alternativesOf)];

const OPTIONS = { io: 'input', target: 'draft-7' } as const;

/** The schema of a part of the file. */
function partOf(schema: z.ZodType): z.core.JSONSchema.BaseSchema {
  const { $schema, ...part } = z.toJSONSchema(schema, {
    ...OPTIONS,
    override: ({ jsonSchema }) => withoutOurs(jsonSchema),
  });
  return part;
}

/** The largest whole number that JavaScript knows is no bound that anybody set; and editors know no format of zod's own. */
function withoutOurs(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.format?.startsWith('cidr') === true) delete schema.format; // its pattern says the same
}
