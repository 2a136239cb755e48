/** What a 2025 client said of itself at its beginning, and who may say that it was them. */
import { createIds } from '../../../gateway/ids';
import { createSessions } from '../../../gateway/mcp/session';
import { createSeals } from '../../../gateway/seal';

const secret = 'x'.repeat(32);
const { begin, read } = createSessions(createSeals(secret), createIds(secret));
const alice = { tenant: 'acme', subject: 'alice' };

const initialize = (name: string, protocolVersion = '2025-11-25') => ({
  method: 'initialize',
  params: { protocolVersion, capabilities: { elicitation: {}, sampling: {} }, clientInfo: { name, version: '1' } },
});

test('a session is read back as it began', () => {
  const session = read(begin(initialize('claude-code'), alice), alice);
  expect(session).toMatchObject({ version: '2025-11-25', client: 'claude-code', can: ['elicitation', 'sampling'] });
});

test.each([
  ['another subject', { tenant: 'acme', subject: 'bob' }],
  ['the same subject name in another tenant', { tenant: 'other', subject: 'alice' }],
])('the session of someone else says nothing to %s', (_who, caller) => {
  expect(read(begin(initialize('claude-code'), alice), caller)).toBeUndefined();
});

test('a client without elicitation in its revision is asked by no form, whatever it declares', () => {
  expect(read(begin(initialize('old', '2025-03-26'), alice), alice)?.can).toEqual(['sampling']);
});

test('a name is carried no further than 64 characters: the client sends it with every request', () => {
  expect(read(begin(initialize('n'.repeat(1_000)), alice), alice)?.client).toBe('n'.repeat(64));
});

test('only initialize begins a session', () => {
  expect(begin({ ...initialize('claude-code'), method: 'ping' }, alice)).toBeUndefined();
});
