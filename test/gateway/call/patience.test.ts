import { createPatience } from '../../../gateway/call/patience';
import { modern } from '../../fixtures/raw';
import { replicas, walking } from '../../fixtures/replicas';

const { url } = replicas();

const patience = createPatience({ patienceMs: 45_000, clients: { 'claude-code': { patience: 110 } } });
const nothing = { header: undefined, key: undefined, tool: undefined, client: undefined };

test.each([
  ['nothing is known', nothing, 45_000],
  ['an unknown client', { ...nothing, client: 'somebody' }, 45_000],
  ['a client with a profile', { ...nothing, client: 'claude-code' }, 110_000],
  ['a tool that has its own idea', { ...nothing, client: 'claude-code', tool: 5_000 }, 5_000],
  ['a key that has one', { ...nothing, tool: 5_000, key: 20_000 }, 20_000],
  ['a header', { ...nothing, key: 20_000, header: '3' }, 3_000],
  ['a header that is no number', { ...nothing, key: 20_000, header: 'long' }, 20_000],
  ['a negative header', { ...nothing, header: '-1' }, 45_000],
  ['more than anything keeps a connection', { ...nothing, header: '900' }, 240_000],
  ['a client named like a property of every object', { ...nothing, client: '__proto__' }, 45_000],
])('%s', (_what, of, ms) => {
  expect(patience(of)).toBe(ms);
});

test('a client that says so gets its handle at once', async () => {
  const [ledger, args] = walking('gated');
  const { message } = await modern(
    url(),
    'tools/call',
    { name: 'walk', arguments: args },
    { 'holdfast-patience': '0' },
  );
  expect(message.result).toMatchObject({ structuredContent: { status: 'running', elapsed_s: 0 } });
  ledger.open('gated');
});
