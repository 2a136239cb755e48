/** What a server gives directly against what it gives through Holdfast. */
import type { Given } from '../../workflows/upstream-contract';
import type { Outcome, Party } from './client';
import type { Subject } from './subjects';

/** How many of its resources are read. */
const READ_MAX = 10;

/** What one of them gave. */
export interface Gave {
  /** Definitions by name, as comparable JSON. */
  readonly tools: ReadonlyMap<string, string>;
  readonly resources: ReadonlyMap<string, string>;
  readonly prompts: ReadonlyMap<string, string>;
  /** In the order of asking: what was asked, and what came. */
  readonly answers: readonly (readonly [what: string, outcome: Outcome])[];
  readonly asked: readonly string[];
}

/** Asks for everything. `through`: what Holdfast puts in front of names. */
export async function everythingOf(subject: Subject, by: Party, through: boolean): Promise<Gave> {
  const [prefix, origin] = through ? [`${subject.name}_`, `${subject.name}+`] : ['', ''];
  const own = (entries: readonly Given[], member: string, front: string): readonly Given[] =>
    entries.filter((entry) => String(entry[member]).startsWith(front));
  const bare = (entries: readonly Given[], member: string, front: string): Map<string, string> =>
    new Map(
      own(entries, member, front).map((entry) => {
        const name = String(entry[member]).slice(front.length);
        return [name, textOf(withoutOurs({ ...entry, [member]: name }))];
      }),
    );
  subject.reset?.();
  const tools = bare(await by.list('tools'), 'name', prefix);
  const listed = own(await by.list('resources'), 'uri', origin);
  const templates = await by.list('resourceTemplates');
  const prompts = bare(await by.list('prompts'), 'name', prefix);
  const answers: [string, Outcome][] = [];
  for (const [tool, given] of subject.calls)
    answers.push([`${tool} ${JSON.stringify(given)}`, await by.call(`${prefix}${tool}`, given)]);
  for (const { uri } of listed.slice(0, READ_MAX))
    answers.push([`resource ${String(uri).slice(origin.length)}`, await by.read(String(uri))]);
  for (const [prompt, given] of Object.entries(subject.prompts ?? {}))
    answers.push([`prompt ${prompt}`, await by.prompt(`${prefix}${prompt}`, given)]);
  for (const [prompt, argument, beginning] of subject.completions ?? [])
    answers.push([`completion of ${argument}`, await by.complete(`${prefix}${prompt}`, argument, beginning)]);
  return {
    tools,
    resources: new Map([...bare(listed, 'uri', origin), ...bare(templates, 'uriTemplate', origin)]),
    prompts,
    answers,
    asked: by.asked,
  };
}

/** JSON in which the order of members means as little as it does to those who read it: each SDK writes them in one of its own. */
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

/** A definition without what Holdfast says in it: how it is run, and that an answer may be the state of a job. */
function withoutOurs({ execution: _, ...definition }: Given): Given {
  const [own, state] = ((definition['outputSchema'] as Given | undefined)?.['anyOf'] as Given[] | undefined) ?? [];
  if (state?.['title'] !== 'JobState') return definition;
  const outputSchema = JSON.parse(JSON.stringify(own).replaceAll('"#/anyOf/0', '"#')) as unknown;
  return { ...definition, outputSchema };
}

/** Each difference, in a line. */
export function differences(subject: Subject, direct: Gave, through: Gave): string[] {
  const lists = (['tools', 'resources', 'prompts'] as const).flatMap((kind) => [
    ...[...direct[kind]].flatMap(([name, definition]) => {
      const other = through[kind].get(name);
      if (other === undefined) return [`${kind}: ${name} is missing`];
      return other === definition ? [] : [`${kind}: ${name}: ${firstDifference(definition, other)}`];
    }),
    ...[...through[kind].keys()]
      .filter((name) => !direct[kind].has(name))
      .map((name) => `${kind}: ${name} is too much`),
  ]);
  const answers = direct.answers.flatMap(([what, before], at) => {
    const [, after] = through.answers[at] ?? [];
    if (!after) return [`${what}: not asked`];
    const [a, b] = [before, after].map((outcome) => shown(subject, outcome)) as [string, string];
    return a === b || isToolError(before, after) ? [] : [`${what}: ${firstDifference(a, b)}`];
  });
  const asked =
    direct.asked.length === through.asked.length
      ? []
      : [`asked ${direct.asked.length} questions directly, ${through.asked.length} through Holdfast`];
  return [...lists, ...answers, ...asked];
}

/** Whether an error of the protocol has become an error of the tool, in the same words: a job has a result. */
function isToolError(before: Outcome, after: Outcome): boolean {
  if (!('error' in before) || 'error' in after || after.result['isError'] !== true) return false;
  const words = JSON.stringify(before.error.replace(/^MCP error -\d+: /, '')).slice(1, -1);
  return JSON.stringify(after.result['content']).includes(words);
}

/** An outcome as text, without what varies and what each hop adds to the frame. */
function shown({ name, varies }: Subject, outcome: Outcome): string {
  if ('error' in outcome) return `error: ${outcome.error}`;
  const { resultType: _type, ttlMs: _ttl, cacheScope: _scope, _meta, isError, ...result } = outcome.result;
  const meta = Object.fromEntries(
    Object.entries((_meta as Given | undefined) ?? {}).filter(
      ([key]) => !key.startsWith('io.holdfast/') && !key.startsWith('io.modelcontextprotocol/'),
    ),
  );
  // A task's result leaves out `isError: false`, which says the same as nothing.
  const text = textOf({
    ...result,
    ...(isError === true && { isError }),
    ...(Object.keys(meta).length > 0 && { _meta: meta }),
  });
  const own = text.replaceAll(`"uri":"${name}+`, '"uri":"');
  return varies ? own.replaceAll(varies, '…') : own;
}

/** Where two texts part, with some of what is around. */
function firstDifference(a: string, b: string): string {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  const around = (text: string): string => text.slice(Math.max(0, at - 30), at + 120);
  return `directly …${around(a)}… but …${around(b)}…`;
}
