/** Resources and prompts of several upstreams beside one another. */
import { StdioUpstream } from '../../../config/upstreams';
import { ALL_ALLOWED, createAllowed } from '../../../gateway/allowed';
import { createIds } from '../../../gateway/ids';
import { createSeals } from '../../../gateway/seal';
import { createReadRounds } from '../../../gateway/upstreams/read-rounds';
import type { ReadRound } from '../../../gateway/upstreams/read-rounds';
import { createParts } from '../../../gateway/upstreams/parts';
import type { Reader } from '../../../gateway/upstreams/parts';
import type { Known } from '../../../gateway/upstreams/named';
import type { Given, Listing, ReadRequest } from '../../../workflows/upstream-contract';

const SECRET = 'a secret for the tests, 32 characters or more';
const by = (allowed = ALL_ALLOWED): Reader => ({
  caller: { tenant: 'acme', subject: 'ann' },
  allowed,
  capabilities: undefined,
});
const settings = StdioUpstream.parse({ command: 'not-run' });

function knownOf(name: string, offers: Partial<Pick<Listing, 'resources' | 'resourceTemplates' | 'prompts'>>): Known {
  const rest = { tools: [], digest: '', at: '', left: [] };
  const listing: Listing = { ...rest, resources: [], resourceTemplates: [], prompts: [], ...offers };
  return { name, settings, listing, state: undefined };
}

function world(...known: readonly Known[]) {
  const read: ReadRequest[] = [];
  const parts = createParts({
    known: () => known,
    listings: {
      read: (request) => {
        read.push(request);
        const value: Given = {
          'prompts/get': { messages: [] },
          'resources/read': { contents: [{ uri: request.params['uri'], text: request.upstream }] },
          'completion/complete': { completion: { values: [request.upstream] } },
        }[request.method];
        return Promise.resolve({ kind: 'done', value });
      },
    },
    tagOf: ({ subject }) => subject,
    rounds: createReadRounds(createIds(SECRET), createSeals(SECRET)),
  });
  return { parts, read };
}

const readme = { uri: 'file:///readme.md', name: 'readme' };
const pages = { uriTemplate: 'page://{id}', name: 'page' };
const [docs, notes] = [
  knownOf('docs', { resources: [readme], resourceTemplates: [pages] }),
  knownOf('notes', { resources: [readme, { uri: 'file:///mine.md', name: 'mine' }] }),
];

test('each address has its origin in front, and by it the one that is meant is read', async () => {
  const { parts, read } = world(docs, notes);
  expect(parts.resources(ALL_ALLOWED).map(({ uri }) => uri)).toEqual([
    'docs+file:///readme.md',
    'notes+file:///readme.md',
    'notes+file:///mine.md',
  ]);
  expect(parts.resourceTemplates(ALL_ALLOWED)).toEqual([{ ...pages, uriTemplate: 'docs+page://{id}' }]);
  expect(await parts.readResource('notes+file:///readme.md', by())).toEqual({
    contents: [{ uri: 'notes+file:///readme.md', text: 'notes' }],
  });
  expect(read).toEqual([
    { upstream: 'notes', method: 'resources/read', params: { uri: 'file:///readme.md' }, asks: true },
  ]);
});

test('an address that two upstreams have is refused, with the two that it may be', async () => {
  const { parts, read } = world(docs, notes);
  await expect(parts.readResource('file:///readme.md', by())).rejects.toThrow(
    'Several upstreams have file:///readme.md. Say which: docs+file:///readme.md or notes+file:///readme.md.',
  );
  expect(read).toEqual([]);
});

test('an address that one upstream alone has is read there', async () => {
  const { parts } = world(docs, notes);
  expect(await parts.readResource('file:///mine.md', by())).toEqual({
    contents: [{ uri: 'file:///mine.md', text: 'notes' }],
  });
});

test('an address that nobody lists is of the upstream with a template that it begins like', async () => {
  const { parts } = world(docs, notes);
  expect(await parts.readResource('page://7', by())).toEqual({ contents: [{ uri: 'page://7', text: 'docs' }] });
  expect(await parts.readResource('nothing://7', by())).toBeUndefined();
  const twice = world(docs, knownOf('books', { resourceTemplates: [pages] }));
  await expect(twice.parts.readResource('page://7', by())).rejects.toThrow('docs+page://7 or books+page://7');
});

test('a template does not make all addresses one of its upstream', async () => {
  const { parts } = world(knownOf('docs', { resourceTemplates: [{ uriTemplate: '{+uri}', name: 'any' }] }));
  expect(await parts.readResource('page://7', by())).toBeUndefined();
});

test('no upstream is asked for the results of jobs, whatever it says that it has', async () => {
  const { parts, read } = world(
    knownOf('docs', { resourceTemplates: [{ uriTemplate: 'holdfast://{+all}', name: 'all' }] }),
  );
  expect(await parts.readResource('holdfast://job/job_0000000000000000/result', by())).toBeUndefined();
  expect(read).toEqual([]);
});

test('what a key may not see is not there, by whichever address', async () => {
  const { parts, read } = world(docs, notes);
  const allowed = createAllowed(['notes.*', '!notes.file:///mine.md', 'docs.page://{id}']);
  expect(parts.resources(allowed).map(({ uri }) => uri)).toEqual(['notes+file:///readme.md']);
  for (const uri of ['docs+file:///readme.md', 'file:///mine.md', 'notes+file:///mine.md', 'page://7'])
    expect(await parts.readResource(uri, by(allowed))).toBeUndefined();
  expect(read).toEqual([]);
});

test('prompts that would have the same name get a hash each, and are read under their own', async () => {
  const { parts, read } = world(
    knownOf('a', { prompts: [{ name: 'b_greet' }] }),
    knownOf('a_b', { prompts: [{ name: 'greet' }] }),
  );
  const names = parts.prompts(ALL_ALLOWED).map(({ name }) => String(name));
  expect(names).toEqual([expect.stringMatching(/^a_b_greet_[0-9a-f]{8}$/), expect.stringMatching(/^a_b_greet_/)]);
  expect(new Set(names).size).toBe(2);
  await parts.getPrompt({ name: names[1] ?? '', arguments: { who: 'Ada' } }, by());
  expect(read).toEqual([
    { upstream: 'a_b', method: 'prompts/get', params: { name: 'greet', arguments: { who: 'Ada' } }, asks: true },
  ]);
});

test('what completes an argument is asked for where the prompt or the template is, by its own name', async () => {
  const { parts, read } = world(docs, knownOf('talk', { prompts: [{ name: 'greet' }] }));
  const argument = { name: 'who', value: 'A' };
  const context = { arguments: { to: 'Bern' } };
  const prompt = { type: 'ref/prompt' as const, name: 'talk_greet' };
  const template = { type: 'ref/resource' as const, uri: 'docs+page://{id}' };
  expect(await parts.complete({ ref: prompt, argument, context }, by())).toEqual({ completion: { values: ['talk'] } });
  expect(await parts.complete({ ref: template, argument }, by())).toEqual({ completion: { values: ['docs'] } });
  expect(read.map(({ upstream, params }) => [upstream, params])).toEqual([
    ['talk', { ref: { ...prompt, name: 'greet' }, argument, context }],
    ['docs', { ref: { ...template, uri: 'page://{id}' }, argument }],
  ]);
});

test.each(['talk_leave', 'docs_hidden'])(
  'a prompt that is not there, or not to be seen, has no arguments: %s',
  async (name) => {
    const { parts, read } = world(
      knownOf('docs', { prompts: [{ name: 'hidden' }] }),
      knownOf('talk', { prompts: [{ name: 'greet' }] }),
    );
    const ref = { type: 'ref/prompt' as const, name };
    const seen = by(createAllowed(['*', '!docs.*']));
    await expect(parts.complete({ ref, argument: { name: 'who', value: '' } }, seen)).rejects.toMatchObject({
      code: -32602,
      message: 'There is no prompt of that name. prompts/list has all.',
    });
    expect(read).toEqual([]);
  },
);

test.each([
  { type: 'ref/resource' as const, uri: 'holdfast://job/{id}/result' },
  { type: 'ref/resource' as const, uri: 'docs+page://{id}' },
])('for what is not there, or not to be seen, there is nothing to choose from: %j', async (ref) => {
  const { parts, read } = world(docs, knownOf('talk', { prompts: [{ name: 'greet' }] }));
  const seen = by(createAllowed(['*', '!docs.*']));
  expect(await parts.complete({ ref, argument: { name: 'who', value: '' } }, seen)).toEqual({
    completion: { values: [] },
  });
  expect(read).toEqual([]);
});

test.each([
  ['invalid_input', -32602],
  ['refused', -32603],
] as const)('an upstream that fails is no wrong parameter of the client: %s', async (failure, code) => {
  const known = [knownOf('talk', { prompts: [{ name: 'greet' }] })];
  const parts = createParts({
    known: () => known,
    listings: {
      read: () => Promise.resolve({ kind: 'failed', failure, sentence: 'Why.', detail: { sideEffect: 'none' } }),
    },
    tagOf: ({ subject }) => subject,
    rounds: createReadRounds(createIds(SECRET), createSeals(SECRET)),
  });
  await expect(parts.getPrompt({ name: 'talk_greet' }, by())).rejects.toMatchObject({ code, message: 'Why.' });
});

describe('what an upstream asks before it answers', () => {
  const rounds = createReadRounds(createIds(SECRET), createSeals(SECRET));
  const wanted = { upstream: 'talk', method: 'prompts/get', params: { name: 'greet' } } as const;
  const asking = { ...by(), capabilities: { roots: {} } };
  const roots = { resultType: 'input_required', inputRequests: { r: { method: 'roots/list', params: {} } } } as const;

  /** The round that follows another one. */
  const after = (round?: ReadRound): ReadRound =>
    rounds.read(String(rounds.next(wanted, roots, { ...asking, round }).requestState), asking.caller);

  test('is put to one client alone, with a state that no other gets: it is not kept', async () => {
    let states = 0;
    const parts = createParts({
      known: () => [docs],
      listings: {
        read: () => Promise.resolve({ kind: 'done', value: { ...roots, requestState: String((states += 1)) } }),
      },
      tagOf: ({ subject }) => subject,
      rounds,
    });
    const read = async (): Promise<unknown> => {
      const result = await parts.readResource('docs+file:///readme.md', asking);
      return rounds.read(String(result?.['requestState']), asking.caller).state;
    };
    expect([...(await Promise.all([read(), read()])), await read()].sort()).toEqual(['1', '2', '3']);
  });

  test('may take an hour', () => {
    jest.useFakeTimers({ now: 0 });
    const { requestState } = rounds.next(wanted, roots, asking);
    jest.setSystemTime(3_600_000);
    expect(rounds.read(String(requestState), asking.caller)).toMatchObject({ rounds: 1 });
    jest.setSystemTime(3_600_001);
    expect(() => rounds.read(String(requestState), asking.caller)).toThrow('too old');
    jest.useRealTimers();
  });

  test('may be asked in twenty rounds, and not for ever', () => {
    let round: ReadRound | undefined;
    for (let n = 0; n < 20; n += 1) round = after(round);
    expect(() => after(round)).toThrow('Upstream talk asks for more than 20 rounds.');
  });

  test('belongs to a request whatever else comes with it', () => {
    const params = { _meta: { progressToken: 7 }, arguments: {}, name: 'greet' };
    expect(rounds.resumed({ ...wanted, params }, { ...asking, round: after(), responses: {} })).toEqual({
      responses: {},
    });
  });

  test('is passed on in MCP’s form, or not at all', () => {
    const odd = { ...roots, inputRequests: { r: { method: 'elicitation/create', params: { message: 5 } } } };
    expect(() => rounds.next(wanted, odd, asking)).toThrow("not of MCP's form");
  });
});
