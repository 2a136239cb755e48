/**
 * Resources and prompts of upstreams. They are not durable, and no jobs: a worker reads them while somebody waits. The address of a
 * resource begins with the upstream's name and a plus sign, `docs+file:///a.md`; the name of a prompt like that of a tool.
 */
import { ProtocolError, ProtocolErrorCode, ResourceNotFoundError, isSpecType } from '@modelcontextprotocol/server';
import { LRUCache } from 'lru-cache';
import { namesOfAll, prefixOf } from '../../config/tool-names';
import type { Caller } from '../../workflows/contract';
import { isReadQuestions } from '../../workflows/upstream-contract';
import type { Given, ReadRequest, Reading } from '../../workflows/upstream-contract';
import type { Allowed } from '../allowed';
import { isRecord } from '../json';
import type { Listings } from '../jobs/listings';
import type { Known } from './named';
import type { Asked, ReadRounds } from './read-rounds';

/** How long, and how much, of what was read is given to whoever asks for the same: milliseconds, entries, characters of JSON. */
const CACHE = { ttl: 5_000, max: 200, maxSize: 20_000_000 };

/** Addresses of jobs' results, which no upstream gets, whatever it says that it has. */
const OURS = 'holdfast:';

export interface Parts {
  resources(allowed: Allowed): Given[];
  resourceTemplates(allowed: Allowed): Given[];
  prompts(allowed: Allowed): Given[];
  /** Reads a resource. Undefined: no upstream has that address. @throws ProtocolError when several have, or it cannot be read */
  readResource(uri: string, by: Reader): Promise<Given | undefined>;
  /** Reads a prompt. @throws ProtocolError when there is none of that name, or it cannot be read */
  getPrompt(params: Given & { readonly name: string }, by: Reader): Promise<Given>;
  /** What may be meant by the beginning of an argument. @throws ProtocolError when there is no such prompt, or its upstream cannot be asked */
  complete(asked: Completing, by: Pick<Reader, 'caller' | 'allowed'>): Promise<Given>;
}

/** An argument of a prompt, or a variable of a resource's template, as somebody begins to write it. */
export type Completing = Given & {
  readonly ref:
    | (Given & { readonly type: 'ref/prompt'; readonly name: string })
    | (Given & { readonly type: 'ref/resource'; readonly uri: string });
};

/** For what nobody can complete. */
const NO_IDEA: Given = { completion: { values: [] } };

/** Who reads. */
export interface Reader extends Asked {
  readonly allowed: Allowed;
}

export interface PartsNeeds {
  readonly known: () => readonly Known[];
  readonly listings: Pick<Listings, 'read'>;
  /** What stands for a caller at workers, as it does in the id of a job. */
  readonly tagOf: (caller: Caller) => string;
  readonly rounds: Pick<ReadRounds, 'resumed' | 'next'>;
}

export function createParts({ known, listings, tagOf, rounds }: PartsNeeds): Parts {
  const read = new LRUCache<string, Given>({ ...CACHE, sizeCalculation: (given) => JSON.stringify(given).length });
  const reading = new Map<string, Promise<Reading>>();

  const visible = (
    part: 'resources' | 'resourceTemplates' | 'prompts',
    allowed: Allowed,
  ): { readonly from: Known; readonly given: Given }[] =>
    known().flatMap((from) =>
      (from.listing?.[part] ?? [])
        .filter(({ uri, uriTemplate, name }) => allowed.part(from.name, String(uri ?? uriTemplate ?? name)))
        .map((given) => ({ from, given })),
    );

  async function ask(
    from: Known,
    method: ReadRequest['method'],
    params: Given,
    caller: Caller,
    more: Pick<ReadRequest, 'responses' | 'requestState'> = {},
  ): Promise<Reading> {
    const { name: upstream, settings } = from;
    const outcome = await listings.read({
      upstream,
      method,
      params,
      ...more,
      ...(method !== 'completion/complete' && { asks: true }),
      ...('session' in settings && settings.session === 'caller' && { caller: tagOf(caller) }),
      ...(settings.queue !== undefined && { queue: settings.queue }),
    });
    if (outcome.kind === 'done' && isRecord(outcome.value)) return inForm(from, method, outcome.value);
    if (method === 'resources/read' && outcome.kind === 'failed' && outcome.failure === 'invalid_input')
      throw new ResourceNotFoundError(String(params['uri']));
    const [wrong, why] =
      outcome.kind === 'failed' ? [outcome.failure === 'invalid_input', outcome.sentence] : [false, 'It was stopped.'];
    throw new ProtocolError(wrong ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError, why);
  }

  /** What was read a moment ago, by anybody, is not asked for again. */
  async function askOnce(from: Known, method: ReadRequest['method'], params: Given, caller: Caller): Promise<Reading> {
    if ('session' in from.settings && from.settings.session !== 'shared') return ask(from, method, params, caller);
    const key = JSON.stringify([from.name, method, params]);
    const before = read.get(key);
    if (before) return before;
    const others = reading.get(key);
    if (others) {
      const given = await others;
      // A question is put to one client alone, and so is the state that goes with it.
      return isReadQuestions(given) ? ask(from, method, params, caller) : given;
    }
    const asked = ask(from, method, params, caller)
      .then((given) => {
        if (!isReadQuestions(given)) read.set(key, given);
        return given;
      })
      .finally(() => reading.delete(key));
    reading.set(key, asked);
    return asked;
  }

  /** Reads, or puts what has to be answered first to the client. `first`: reads for the first time. */
  async function inRounds(
    from: Known,
    method: ReadRequest['method'],
    params: Given,
    by: Reader,
    first: typeof ask,
  ): Promise<Given> {
    const wanted = { upstream: from.name, method, params };
    const more = rounds.resumed(wanted, by);
    const given = await (more ? ask : first)(from, method, params, by.caller, more);
    return isReadQuestions(given) ? rounds.next(wanted, given, by) : given;
  }

  /** Who has a resource of that address: as it is listed here, or, where it is clear, as it is listed there. */
  function ownerOf(uri: string, allowed: Allowed): { readonly from: Known; readonly uri: string } | undefined {
    const [, upstream, rest = ''] = /^([a-z0-9_-]+)\+(.+)$/s.exec(uri) ?? [];
    const named = known().find(({ name }) => name === upstream);
    if (named) return allowed.part(named.name, rest) ? { from: named, uri: rest } : undefined;
    if (uri.startsWith(OURS)) return undefined;
    const listed = visible('resources', allowed).filter(({ given }) => given['uri'] === uri);
    // What a tool links to need not be listed: a template may tell whose it is.
    const made = visible('resourceTemplates', allowed).filter(
      ({ from, given }) => beginsAs(uri, given['uriTemplate']) && allowed.part(from.name, uri),
    );
    const owners = [...new Set((listed.length > 0 ? listed : made).map(({ from }) => from))];
    if (owners.length > 1)
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        `Several upstreams have ${uri}. Say which: ${owners.map((from) => addressIn(from, uri)).join(' or ')}.`,
      );
    return owners[0] && { from: owners[0], uri };
  }

  /** What is to be completed, as its upstream knows it. @throws ProtocolError for a prompt that nobody has */
  function refOf(ref: Completing['ref'], allowed: Allowed): { readonly from: Known; readonly ref: Given } | undefined {
    if (ref.type === 'ref/prompt') {
      const { from, given } = promptOf(ref.name, allowed);
      return { from, ref: { ...ref, name: given['name'] } };
    }
    const template = visible('resourceTemplates', allowed).find(
      ({ from, given }) => addressIn(from, given['uriTemplate']) === ref.uri,
    );
    return template && { from: template.from, ref: { ...ref, uri: template.given['uriTemplate'] } };
  }

  function promptNames(allowed: Allowed): ReadonlyMap<string, { readonly from: Known; readonly given: Given }> {
    const prompts = visible('prompts', allowed);
    const names = namesOfAll(
      known().map((from) => ({
        upstream: from.name,
        prefix: prefixOf(from.name, from.settings.prefix),
        tools: prompts.filter((prompt) => prompt.from === from).map(({ given }) => String(given['name'])),
      })),
    );
    return new Map(
      prompts.map((prompt) => [names.get(prompt.from.name)?.get(String(prompt.given['name'])) ?? '', prompt]),
    );
  }

  /** @throws ProtocolError when there is no prompt of that name */
  function promptOf(name: string, allowed: Allowed): { readonly from: Known; readonly given: Given } {
    const prompt = promptNames(allowed).get(name);
    if (prompt) return prompt;
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'There is no prompt of that name. prompts/list has all.');
  }

  return {
    resources: (allowed) =>
      visible('resources', allowed).map(({ from, given }) => ({ ...given, uri: addressIn(from, given['uri']) })),

    resourceTemplates: (allowed) =>
      visible('resourceTemplates', allowed).map(({ from, given }) => ({
        ...given,
        uriTemplate: addressIn(from, given['uriTemplate']),
      })),

    prompts: (allowed) => [...promptNames(allowed)].map(([name, { given }]) => ({ ...given, name })),

    async readResource(asked, by) {
      const owner = ownerOf(asked, by.allowed);
      if (!owner) return undefined;
      const { from, uri } = owner;
      const result = await inRounds(from, 'resources/read', { uri }, by, askOnce).catch((error: unknown) => {
        throw error instanceof ResourceNotFoundError ? new ResourceNotFoundError(asked) : error;
      });
      if (isReadQuestions(result)) return result;
      const contents = Array.isArray(result['contents']) ? (result['contents'] as unknown[]) : [];
      if (contents.length === 0) throw new ResourceNotFoundError(asked);
      // Clients look for what they have asked for.
      return {
        ...result,
        contents: contents.map((content) =>
          isRecord(content) && asked !== uri ? { ...content, uri: addressIn(from, content['uri']) } : content,
        ),
      };
    },

    async getPrompt({ name, ...params }, by) {
      const prompt = promptOf(name, by.allowed);
      return inRounds(prompt.from, 'prompts/get', { ...params, name: prompt.given['name'] }, by, ask);
    },

    async complete({ ref: named, ...params }, { allowed, caller }) {
      const found = refOf(named, allowed);
      if (!found) return NO_IDEA;
      return (await askOnce(found.from, 'completion/complete', { ...params, ref: found.ref }, caller)) as Given;
    },
  };
}

const FORMS: Readonly<Record<ReadRequest['method'], (given: Given) => boolean>> = {
  'resources/read': isSpecType.ReadResourceResult,
  'prompts/get': isSpecType.GetPromptResult,
  'completion/complete': isSpecType.CompleteResult,
};

/** What was read, as it came. @throws ProtocolError where it is of no form of MCP's: clients could not read it */
function inForm({ name }: Known, method: ReadRequest['method'], given: Given): Reading {
  if (FORMS[method](given) || (isReadQuestions(given) && method !== 'completion/complete')) return given;
  throw new ProtocolError(ProtocolErrorCode.InternalError, `What upstream ${name} answered is not of MCP's form.`);
}

/** An address, with its origin in front. */
const addressIn = ({ name }: Known, uri: unknown): string => `${name}+${String(uri)}`;

/** Whether an address begins with all that a template says before its first variable. */
function beginsAs(uri: string, template: unknown): boolean {
  const [beginning = ''] = String(template).split('{', 1);
  return beginning !== '' && uri.startsWith(beginning);
}
