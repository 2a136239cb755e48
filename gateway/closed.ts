/**
 * Schemas that take no more than they name. A misspelt argument is an error that the model can mend, not one that is dropped in
 * silence: an object that does not say whether it takes other members takes none. An author who says `looseObject`, or `catchall`,
 * wants them.
 */
import { z } from 'zod';

/**
 * The schema, closed where its author has not said otherwise, and so are the objects inside it. Left as they are: what may fit any of
 * several schemas, or must fit two, since a member that one does not name may be the other's; and what has a value for all that does
 * not fit (`catch`).
 */
export function closedUnlessOpen(schema: z.ZodType): z.ZodType {
  /** By the schema that each was made from: one may lie inside itself. */
  const made = new Map<z.core.$ZodType, z.core.$ZodType>();

  const close = <S extends z.core.$ZodType>(open: S): S => {
    const known = made.get(open) as S | undefined;
    if (known) return known;
    const changes = changesOf(open as z.core.$ZodType as z.core.$ZodTypes, close);
    // What was said of it, such as its description, is found by its parent.
    const closed = changes
      ? z.core.clone(open, z.core.util.mergeDefs(open._zod.def, changes) as S['_zod']['def'], { parent: true })
      : open;
    made.set(open, closed);
    return closed;
  };
  return schema instanceof z.ZodObject ? close(schema) : schema;
}

/** What is different in the closed schema; undefined where nothing can be. */
function changesOf(
  { _zod: { def } }: z.core.$ZodTypes,
  close: <S extends z.core.$ZodType>(open: S) => S,
): object | undefined {
  switch (def.type) {
    case 'object': {
      let shape: z.core.$ZodShape | undefined;
      return {
        catchall: def.catchall ?? z.never(),
        // Not before it is needed: by then a schema that lies inside itself is known.
        get shape() {
          shape ??= Object.fromEntries(Object.entries(def.shape).map(([name, inner]) => [name, close(inner)]));
          return shape;
        },
      };
    }
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'readonly':
      return { innerType: close(def.innerType) };
    case 'array':
      return { element: close(def.element) };
    case 'record':
      return { valueType: close(def.valueType) };
    case 'tuple':
      return { items: def.items.map(close), rest: def.rest && close(def.rest) };
    case 'union':
      return 'discriminator' in def ? { options: def.options.map(close) } : undefined;
    case 'pipe':
      return { in: close(def.in) };
    case 'lazy':
      return { getter: () => close(def.getter()) };
    default:
      return undefined;
  }
}
