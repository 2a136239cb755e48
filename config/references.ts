/** References in values: `${NAME}` and `${NAME:-default}` stand for a variable, or for the file that `NAME_FILE` names. */
import { BadSetting } from './file';
import { secretAt } from './secret';

/** `$${` is a `${` that stands for nothing. */
const REFERENCE = /\$\$\{|\$\{([^}]*)\}/g;
const VARIABLE = /^(?:env:)?([A-Za-z_]\w*)(?::-(.*))?$/s;
/** What editors put in by themselves. */
const EDITORS = /^(workspaceFolder|userHome|workspaceRoot|file|relativeFile|pathSeparator|cwd)/;

interface Reference {
  readonly name: string;
  readonly otherwise?: string | undefined;
}

/** The variables that a text names. */
export function namedInText(text: string): string[] {
  return [...text.matchAll(REFERENCE)].flatMap(([, inside]) => {
    const reference = inside === undefined ? undefined : referenceIn(inside);
    return reference ? [reference.name] : [];
  });
}

/** Why a reference in a text can never be understood: a sentence, or undefined where all can. */
export function misreadIn(text: string): string | undefined {
  for (const [whole, inside] of text.matchAll(REFERENCE)) {
    if (inside === undefined || referenceIn(inside)) continue;
    return inside.startsWith('input:')
      ? `${whole} is asked for by an editor, and nobody can be asked here: put the value into a variable, and write \${${nameLike(inside)}}`
      : `${whole} is not understood: write \${NAME} or \${NAME:-default}, and $\${ for what is no reference`;
  }
  return undefined;
}

/**
 * A text with the values that it names.
 *
 * @param place - where it stands, for the message: upstreams.github.headers.Authorization
 * @throws BadSetting when a variable is not set and has no default. An empty one counts as not set
 */
export function expandedText(text: string, env: NodeJS.ProcessEnv, place: string): string {
  const misread = misreadIn(text);
  if (misread !== undefined) throw new BadSetting(`${place}: ${misread}.`);
  return text.replaceAll(REFERENCE, (whole, inside: string | undefined) => {
    const reference = inside === undefined ? undefined : referenceIn(inside);
    if (!reference) return '${';
    const value = secretAt(env, reference.name) ?? reference.otherwise;
    if (value !== undefined) return value;
    throw new BadSetting(
      EDITORS.test(reference.name)
        ? `${place}: ${whole} is what an editor puts in, and there is none here: write the path, or set ${reference.name}.`
        : `${place} names ${reference.name}, which is not set, nor is ${reference.name}_FILE. Set it, or give a default: \${${reference.name}:-…}.`,
    );
  });
}

function referenceIn(inside: string): Reference | undefined {
  const [, name, otherwise] = VARIABLE.exec(inside) ?? [];
  return name === undefined ? undefined : { name, otherwise };
}

/** A name for the variable that may take the place of an editor's question. */
const nameLike = (inside: string): string =>
  inside
    .slice('input:'.length)
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, '_')
    .replace(/^_?(\d)/, '_$1') || 'NAME';
