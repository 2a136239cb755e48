/** What a gateway makes of the listings of upstreams, as they change. The listings are written here: there is no engine. */
import { pino } from 'pino';
import { StdioUpstream } from '../../../config/upstreams';
import { createOffered } from '../../../gateway/offered';
import { createUpstreams } from '../../../gateway/upstreams/upstreams';
import type { Given, Listing, ListingState } from '../../../workflows/upstream-contract';
import { eventually } from '../../fixtures/eventually';

type Kept = { run: string; known?: Listing; state?: ListingState };

function listingOf(tools: readonly string[], more: Partial<Listing> = {}): Listing {
  const definitions = tools.map((name) => ({
    name,
    definition: { name, inputSchema: { type: 'object' } },
    digest: `of ${name}`,
  }));
  const rest = { resources: [], resourceTemplates: [], prompts: [], left: [], digest: tools.join(), at: '' };
  return { tools: definitions, ...rest, ...more };
}

const connected = (ttlMs = 300_000): ListingState => ({ state: 'connected', since: '', tools: 1, ttlMs });
const settings = (changes: object = {}) => StdioUpstream.parse({ command: 'not-run', ...changes });

function world() {
  const kept = new Map<string, Kept>();
  /** Called when the run ends that they wait for. */
  let wake: (() => void)[] = [];
  const offered = createOffered(new Map());
  const [onTools, onParts] = [jest.fn(), jest.fn()];
  offered.onChange(onTools);
  const upstreams = createUpstreams({
    offered,
    taken: new Set(),
    onParts,
    log: pino({ level: 'silent' }),
    listings: {
      keep: () => Promise.resolve(),
      look: (name) => {
        const found = kept.get(name);
        return Promise.resolve(found && { run: found.run, state: found.state });
      },
      begun: (name) => {
        const known = kept.get(name)?.known;
        return Promise.resolve({ upstream: name, hold: false, ...(known && { known }) });
      },
      over: (_name, _run, signal) =>
        new Promise((resolve) => {
          wake.push(resolve);
          signal.addEventListener('abort', () => resolve());
        }),
    },
  });
  return {
    offered,
    upstreams,
    onTools,
    onParts,
    names: () => [...offered.values()].map(({ name }) => name),
    /** The listing goes on as this from now on. */
    async lists(name: string, run: string, known: Listing | undefined, state = connected()): Promise<void> {
      kept.set(name, { run, ...(known && { known }), state });
      const waiting = wake;
      wake = [];
      for (const resolve of waiting) resolve();
      if (waiting.length > 0) await eventually('another look', () => wake.length >= waiting.length);
    },
  };
}

test('the tools are in the order of the configuration, and the list is as fresh as that which is fresh for the shortest time', async () => {
  const { upstreams, names, offered, lists } = world();
  await lists('b', 'r1', listingOf(['x']), connected(20_000));
  await lists('a', 'r1', listingOf(['y', 'z']));
  upstreams.replace({ b: settings(), a: settings() });
  await upstreams.looked();
  expect(names()).toEqual(['b_x', 'a_y', 'a_z']);
  expect(offered.ttlMs()).toBe(20_000);
  upstreams.stop();
});

test('clients are told when the list that they see has changed, and not each time that an upstream says so', async () => {
  const { upstreams, lists, onTools, onParts } = world();
  await lists('a', 'r1', listingOf(['x']));
  upstreams.replace({ a: settings() });
  await upstreams.looked();
  expect([onTools.mock.calls.length, onParts.mock.calls.length]).toEqual([1, 0]);
  await lists('a', 'r2', listingOf(['x']));
  expect([onTools.mock.calls.length, onParts.mock.calls.length]).toEqual([1, 0]);
  await lists('a', 'r3', listingOf(['x', 'y']));
  expect([onTools.mock.calls.length, onParts.mock.calls.length]).toEqual([2, 0]);
  const resources = (): Given[] => [{ uri: 'a://b', name: 'b' }];
  await lists('a', 'r4', listingOf(['x', 'y'], { resources: resources() }));
  await lists('a', 'r5', listingOf(['x', 'y'], { resources: resources() }));
  expect([onTools.mock.calls.length, onParts.mock.calls.length]).toEqual([2, 1]);
  upstreams.stop();
});

test('other settings count at once for the list that is known, and nothing is away in between', async () => {
  const { upstreams, names, lists, onTools } = world();
  await lists('a', 'r1', listingOf(['x', 'y']));
  await lists('b', 'r1', listingOf(['z']));
  upstreams.replace({ a: settings(), b: settings() });
  await upstreams.looked();
  onTools.mockClear();
  upstreams.replace({ a: settings({ deny: ['y'] }), b: settings() });
  expect(names()).toEqual(['a_x', 'b_z']);
  await upstreams.looked();
  expect(names()).toEqual(['a_x', 'b_z']);
  expect(onTools).toHaveBeenCalledTimes(1);
  upstreams.stop();
});

test('an upstream that is taken out of the configuration takes its tools and its resources with it', async () => {
  const { upstreams, names, lists, onParts } = world();
  await lists('a', 'r1', listingOf(['x'], { prompts: [{ name: 'p' }] }));
  await lists('b', 'r1', listingOf(['z']));
  upstreams.replace({ a: settings(), b: settings() });
  await upstreams.looked();
  onParts.mockClear();
  upstreams.replace({ b: settings() });
  expect(names()).toEqual(['b_z']);
  expect(onParts).toHaveBeenCalledTimes(1);
  upstreams.replace({});
  expect(onParts).toHaveBeenCalledTimes(1);
  upstreams.stop();
});

test('a listing that was begun anew, and knows nothing yet, takes nothing away', async () => {
  const { upstreams, names, lists } = world();
  await lists('a', 'r1', listingOf(['x']));
  upstreams.replace({ a: settings() });
  await upstreams.looked();
  await lists('a', 'r2', undefined);
  expect(names()).toEqual(['a_x']);
  await lists('a', 'r3', listingOf(['y']));
  expect(names()).toEqual(['a_y']);
  upstreams.stop();
});
