/** Values checked against JSON Schemas that others wrote. */
import { Ajv } from 'ajv';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019';
import { Ajv2020 } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { SchemaObject } from '../config/catalog';
import { isRecord } from './json';
import { problemsIn } from './problems';
import type { Checked } from './schemas';
import { withoutAdded } from './unknown-arguments';

/** A JSON Schema, ready to check with. It is compiled at its first use. */
export interface JsonSchemaCheck {
  /** Whether a value fits. */
  fits(value: unknown): boolean;
  /** What is wrong with a value, in words; undefined when it fits. */
  problemsOf(value: unknown): string | undefined;
  /** The arguments of a call, or what is wrong with them. What clients add is left out where the schema takes no more than it names. */
  check(args: unknown): Checked;
}

/** What is used of Ajv, whatever the dialect. */
type Engine = Pick<Ajv, 'compile' | 'validateSchema' | 'errorsText' | 'errors'>;

/** Keywords whose message says nothing that those of their parts do not. */
const HOLLOW = new Set(['if', 'allOf', '$ref']);

/** @throws Error with a sentence when it is no JSON Schema, or one of a dialect that is not known */
export function createJsonSchemaCheck(schema: SchemaObject): JsonSchemaCheck {
  // One for each schema: equal `$id`s of two tools do not meet.
  const ajv = engineOf(schema);
  if (ajv.validateSchema(schema) !== true)
    throw new Error(`it is no JSON Schema: ${ajv.errorsText(ajv.errors, { dataVar: 'schema' })}`);
  let compiled: ValidateFunction | undefined;
  const validate = (value: unknown): ValidateFunction => {
    compiled ??= ajv.compile(schema);
    compiled(value);
    return compiled;
  };
  const names = Object.keys(isRecord(schema['properties']) ? schema['properties'] : {});
  const closed = schema['additionalProperties'] === false;

  const problemsOf = (value: unknown): string | undefined => {
    const errors = validate(value).errors ?? [];
    if (errors.length === 0) return undefined;
    const telling = errors.filter(({ keyword }) => !HOLLOW.has(keyword));
    return problemsIn((telling.length > 0 ? telling : errors).map(issueOf), names);
  };

  return {
    fits: (value) => (validate(value).errors ?? []).length === 0,
    problemsOf,
    check(args) {
      const input = closed ? withoutAdded(args ?? {}, names) : (args ?? {});
      const problems = problemsOf(input);
      return problems === undefined ? { ok: true, input } : { ok: false, problems };
    },
  };
}

const OPTIONS = { strict: false, allErrors: true };

/** The dialect that it names; 2020-12 where it names none, as MCP has it. */
function engineOf({ $schema }: SchemaObject): Engine {
  const dialect = typeof $schema === 'string' ? $schema.replace(/#$/, '') : '';
  if (dialect === '' || dialect.endsWith('/draft/2020-12/schema')) return addFormats(new Ajv2020(OPTIONS));
  if (dialect.endsWith('/draft/2019-09/schema')) return addFormats(new Ajv2019(OPTIONS));
  if (dialect.endsWith('draft-07/schema')) return addFormats(new Ajv(OPTIONS));
  throw new Error(`its $schema names ${dialect}: 2020-12, 2019-09 and draft-07 are known`);
}

/** What Ajv found, as zod would say it. */
function issueOf({
  keyword,
  instancePath,
  params,
  message = '',
}: ErrorObject): Parameters<typeof problemsIn>[0][number] {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const of = params as Readonly<Record<string, unknown>>;
  switch (keyword) {
    case 'type':
      return { code: 'invalid_type', path, message };
    case 'required':
      return { path: [...path, String(of['missingProperty'])], message: 'is required' };
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return {
        path,
        message,
        keys: [String(of['additionalProperty'] ?? of['unevaluatedProperty'])],
      };
    case 'enum':
      return { path, message: `must be one of ${JSON.stringify(of['allowedValues'])}` };
    case 'const':
      return { path, message: `must be ${JSON.stringify(of['allowedValue'])}` };
    default:
      return { path, message };
  }
}
