/**
 * What an upstream offers, in the form that MCP gives it. Clients read a list as a whole: one definition of another form, and they
 * have none of the tools, of any upstream.
 */
import { specTypeSchemas } from '@modelcontextprotocol/server';
import type { Given, Listing } from '../../workflows/upstream-contract';

type Form = (typeof specTypeSchemas)['Tool' | 'Resource' | 'ResourceTemplate' | 'Prompt'];

/** The listing without what is of no form of MCP's: members of an entry, or the entry where it is nothing without them. */
export function understood(listing: Listing): Listing {
  const left = [...listing.left];
  const take = (kind: string, form: Form, given: Given, name: unknown): Given | undefined => {
    const odd = oddIn(form, given);
    if (odd.size === 0) return given;
    const rest = Object.fromEntries(Object.entries(given).filter(([member]) => !odd.has(member)));
    const good = oddIn(form, rest).size === 0;
    const said = `${kind} ${JSON.stringify(name)}`;
    left.push(good ? `Of ${said}, ${[...odd].join(', ')}: not of MCP's form.` : `The ${said}: not of MCP's form.`);
    return good ? rest : undefined;
  };
  const takeAll = (kind: string, form: Form, all: readonly Given[], key: string): Given[] =>
    all.map((given) => take(kind, form, given, given[key])).filter((given) => given !== undefined);
  return {
    ...listing,
    tools: listing.tools.flatMap((tool) => {
      const definition = take('tool', specTypeSchemas.Tool, tool.definition, tool.name);
      return definition ? [{ ...tool, definition }] : [];
    }),
    resources: takeAll('resource', specTypeSchemas.Resource, listing.resources, 'uri'),
    resourceTemplates: takeAll(
      'resource template',
      specTypeSchemas.ResourceTemplate,
      listing.resourceTemplates,
      'uriTemplate',
    ),
    prompts: takeAll('prompt', specTypeSchemas.Prompt, listing.prompts, 'name'),
    left,
  };
}

/** The members that are not as MCP has them. A tool without an input schema gets one that takes anything. */
function oddIn(form: Form, given: Given): Set<string> {
  const whole = form === specTypeSchemas.Tool ? { ...withSchema, ...given } : given;
  const result = form['~standard'].validate(whole);
  if (result instanceof Promise) throw new Error('The forms of MCP are checked at once.');
  const roots = (result.issues ?? []).map(({ path = [] }) => path[0]);
  return new Set(roots.map((root) => String(typeof root === 'object' ? root.key : root)));
}

const withSchema = { inputSchema: { type: 'object' } };
