/** Tools of upstreams, as workflows of other people find them. */
import { namesOf } from '../../config/tool-names';
import { authoredTools } from '../../gateway/tools';
import { createCallable } from '../../worker/callable';
import { createLookUp } from '../../worker/look-up';
import type { ListingState, OfferedTool } from '../../workflows/upstream-contract';
import { createSite } from '../fixtures/upstream-site';
import { tools as menu } from '../fixtures/workflows/tools';

const shop = createSite('shop');
const state: ListingState = { state: 'connected', since: '2026-01-01T00:00:00.000Z', tools: 1, ttlMs: 300_000 };
const sell = { name: 'sell', definition: { name: 'sell', inputSchema: { type: 'object' } }, digest: 'd' };
const offer = { resources: [], resourceTemplates: [], prompts: [], left: [], digest: 'd', at: state.since };
const own = authoredTools(menu);
const call = (tool: string) => ({ tool, arguments: {}, caller: { tenant: 't', subject: 's' } });

/** What looks tools up where this is known of the upstream `shop`. */
function lookUp(
  kept: { readonly run: string; readonly state: ListingState } | undefined,
  settings: object = {},
  tools: readonly OfferedTool[] = [sell],
) {
  let reads = 0;
  const listings = {
    look: () => Promise.resolve(kept),
    begun: () => {
      reads += 1;
      return Promise.resolve({ upstream: 'shop', hold: false, known: { ...offer, tools } });
    },
  };
  const upstreams = createCallable({ shop: { ...shop.settings(), ...settings } }, listings, own);
  return { ...createLookUp({ own, upstreams }), replace: upstreams.replace, reads: () => reads };
}

test('what a listing says is read once, and its state each time', async () => {
  const { lookUpTool, reads } = lookUp({ run: 'r', state });
  for (let n = 0; n < 2; n += 1)
    expect(await lookUpTool(call('shop_sell'))).toMatchObject({ workflow: 'upstreamCall' });
  expect(reads()).toBe(1);
});

test('a tool that its operator has not accepted is refused, as at a gateway', async () => {
  const held = { digest: 'e', added: [], changed: ['sell'], removed: [] };
  const { lookUpTool } = lookUp({ run: 'r', state: { ...state, held } });
  await expect(lookUpTool(call('shop_sell'))).rejects.toMatchObject({
    type: 'refused',
    message: expect.stringContaining('has not accepted the new definition yet') as string,
  });
});

test('a name that nobody has is told with the nearest; one that an upstream may have is asked for again', async () => {
  await expect(lookUp({ run: 'r', state }).lookUpTool(call('shop_sel'))).rejects.toMatchObject({
    type: 'invalid_input',
    message: expect.stringContaining('did you mean shop_sell?') as string,
  });
  await expect(lookUp(undefined).lookUpTool(call('shop_sell'))).rejects.toMatchObject({
    type: 'unavailable',
    message: 'No tool shop_sell is known, and upstream shop was not listed yet.',
  });
});

test('an upstream that is gone from the file can be called no more', async () => {
  const { lookUpTool, replace } = lookUp({ run: 'r', state });
  replace({});
  await expect(lookUpTool(call('shop_sell'))).rejects.toMatchObject({ type: 'invalid_input' });
});

const toolNamed = (name: string, definition: object = {}) => ({
  name,
  definition: { name, inputSchema: { type: 'object' }, ...definition },
  digest: name,
});

test('a definition that no gateway lists cannot be called, and those beside it can', async () => {
  const { lookUpTool } = lookUp({ run: 'r', state }, {}, [sell, toolNamed('buy', { name: 5 })]);
  await expect(lookUpTool(call('shop_buy'))).rejects.toMatchObject({ type: 'invalid_input' });
  expect(await lookUpTool(call('shop_sell'))).toMatchObject({ workflow: 'upstreamCall' });
});

test.each(['job_wait', 'echo'])(
  'a tool that is named %s there has the other name that it has at a gateway',
  async (name) => {
    const { lookUpTool } = lookUp({ run: 'r', state }, { prefix: '' }, [toolNamed(name)]);
    const listed = namesOf('shop', '', [name], new Set([name])).get(name) ?? '';
    expect(listed).not.toBe(name);
    expect(await lookUpTool(call(listed))).toMatchObject({ workflow: 'upstreamCall' });
  },
);

test('an upstream that is disabled has no tools', async () => {
  const { lookUpTool } = lookUp({ run: 'r', state }, { disabled: true });
  await expect(lookUpTool(call('shop_sell'))).rejects.toMatchObject({ type: 'invalid_input' });
});
