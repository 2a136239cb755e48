/** Computed in a thread: whether an output fits its schema. Both are a stranger's. */
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/client/validators/ajv';

export interface OutputAndSchema {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly output: unknown;
}

/** `unusable`: the schema is none. */
export function checkOutput({ schema, output }: OutputAndSchema): 'fits' | 'differs' | 'unusable' {
  try {
    const check = new AjvJsonSchemaValidator().getValidator(schema);
    return check(output).valid ? 'fits' : 'differs';
  } catch {
    return 'unusable';
  }
}
