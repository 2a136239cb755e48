/** Arguments of handle tools. The schema is listed; what frameworks and models make of it in JSON is understood, too. */
import type { Tool as ListedTool } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { isRecord } from '../json';
import { lostNameIn } from '../lost-names';
import { changedNumberIn } from '../numbers';
import { checkWith, jsonSchemaOf } from '../schemas';
import type { Checked } from '../schemas';
import { withoutAdded } from '../unknown-arguments';

/** Longest text that is read as JSON, characters: it has been bounded by no one, and may be nested as deep as it is long. */
const TEXT_MAX = 4_000;

export interface Arguments<I> {
  readonly listed: ListedTool['inputSchema'];
  /** What is meant by `args`, or what is wrong with them. */
  read(args: unknown): Checked<I>;
}

export function createArguments<S extends z.ZodRawShape>(shape: z.ZodObject<S>): Arguments<z.output<z.ZodObject<S>>> {
  const closed = shape.strict();
  const names = Object.keys(shape.shape);
  return {
    listed: jsonSchemaOf(closed, 'input'),
    read(args) {
      const meant = isRecord(args) ? meantBy(args, shape.shape) : args;
      const fitting = checkWith(shape, meant);
      // An unknown name is told only where it may explain what does not fit.
      return fitting.ok ? fitting : checkWith(closed, withoutAdded(meant, names));
    },
  };
}

/** Null is absent. A value that does not fit may do so as the JSON that it is the text of, or as the only one of a list. */
function meantBy(args: Readonly<Record<string, unknown>>, fields: z.ZodRawShape): Record<string, unknown> {
  const given = Object.entries(args).filter(([, value]) => value !== null);
  return Object.fromEntries(
    given.map(([name, value]) => {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      const fits = (meant: unknown): boolean => field !== undefined && z.safeParse(field, meant).success;
      return [name, [value, jsonIn(value), [value]].find(fits) ?? value];
    }),
  );
}

/** The JSON that a text says; the value itself where it is no text, or says none. */
function jsonIn(value: unknown): unknown {
  if (typeof value !== 'string' || value.length > TEXT_MAX) return value;
  try {
    const said: unknown = JSON.parse(value);
    return (changedNumberIn(value) ?? lostNameIn(value, said)) === undefined ? said : value;
  } catch {
    return value;
  }
}
