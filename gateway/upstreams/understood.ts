/**
 * What an upstream offers, in the form that MCP gives it. Clients read a list as a whole: one definition of another form, and they
 * have none of the tools, of any upstream.
 */
import type { specTypeSchemas } from '@modelcontextprotocol/server';
import type { Given, Listing } from '../../workflows/upstream-contract';

/** The forms that MCP gives to what upstreams offer, as the SDK of either side has them: a process loads one of the two. */
export type Forms = Pick<typeof specTypeSchemas, 'Tool' | 'Resource' | 'ResourceTemplate' | 'Prompt'>;
type Form = Forms[keyof Forms];

/** The listing without what is of no form of MCP's: members of an entry, or the entry where it is nothing without them. */
export function understood(listing: Listing, forms: Forms): Listing {
  const left = [...listing.left];
  const take = (kind: string, form: Form, given: Given, name: unknown, missing: Given = {}): Given | undefined => {
    const odd = oddIn(form, { ...missing, ...given });
    if (odd.size === 0) return given;
    const rest = Object.fromEntries(Object.entries(given).filter(([member]) => !odd.has(member)));
    const good = oddIn(form, { ...missing, ...rest }).size === 0;
    const said = `${kind} ${JSON.stringify(name)}`;
    left.push(good ? `Of ${said}, ${[...odd].join(', ')}: not of MCP's form.` : `The ${said}: not of MCP's form.`);
    return good ? rest : undefined;
  };
  const takeAll = (kind: string, form: Form, all: readonly Given[], key: string): Given[] =>
    all.map((given) => take(kind, form, given, given[key])).filter((given) => given !== undefined);
  return {
    ...listing,
    tools: listing.tools.flatMap((tool) => {
      const definition = take('tool', forms.Tool, tool.definition, tool.name, ANY_INPUT);
      return definition ? [{ ...tool, definition }] : [];
    }),
    resources: takeAll('resource', forms.Resource, listing.resources, 'uri'),
    resourceTemplates: takeAll('resource template', forms.ResourceTemplate, listing.resourceTemplates, 'uriTemplate'),
    prompts: takeAll('prompt', forms.Prompt, listing.prompts, 'name'),
    left,
  };
}

/** A tool without an input schema gets one that takes anything. */
const ANY_INPUT: Given = { inputSchema: { type: 'object' } };

/** The members that are not as MCP has them. */
function oddIn(form: Form, given: Given): Set<string> {
  const result = form['~standard'].validate(given);
  if (result instanceof Promise) throw new Error('The forms of MCP are checked at once.');
  const roots = (result.issues ?? []).map(({ path = [] }) => path[0]);
  return new Set(roots.map((root) => String(typeof root === 'object' ? root.key : root)));
}
