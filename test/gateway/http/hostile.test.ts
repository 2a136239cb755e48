/** Malformed and hostile input, made up by fast-check: never a 5xx, never another caller's data, and the gateway goes on. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { declaring, legacySession, modern, modernHeaders, modernMeta, post, stream } from '../../fixtures/raw';
import type { RawAnswer } from '../../fixtures/raw';
import { replicas, walking } from '../../fixtures/replicas';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const keys = ['alice', 'eve'].map((subject) => ({ sha256: sha256(subject), tenant: subject, subject }));
const { url } = replicas({ keys, patienceMs: 100, taskGraceMs: 0 });
const as = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });

const runs = { numRuns: 150 };
/** Visible ASCII: what a header may hold. */
const header = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCodePoint(code)),
  maxLength: 60,
});
const methods = [
  'initialize',
  'server/discover',
  'tools/list',
  'tools/call',
  'tasks/get',
  'tasks/result',
  'tasks/update',
  'tasks/cancel',
  'resources/list',
  'resources/read',
  'resources/templates/list',
  'subscriptions/listen',
  'notifications/cancelled',
  'ping',
];
const versions = ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];

function expectTame({ status, message, text }: RawAnswer): void {
  expect(status).toBeLessThan(500);
  expect(message.error?.code).not.toBe(-32603);
  expect(text).not.toMatch(/(\\n|\n) +at .+:\d+:\d+/); // no stack
}

test('any JSON under any headers is answered tamely', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.jsonValue(),
      fc.dictionary(
        fc.constantFrom(
          'mcp-protocol-version',
          'mcp-method',
          'mcp-name',
          'mcp-session-id',
          'holdfast-patience',
          'last-event-id',
        ),
        fc.oneof(header, fc.constantFrom(...versions, ...methods)),
      ),
      async (body, headers) => expectTame(await post(url(), JSON.stringify(body), { ...as('eve'), ...headers })),
    ),
    runs,
  );
});

test('any parameters of any method are answered tamely, on 2026-07-28', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...methods),
      fc.dictionary(fc.string(), fc.jsonValue()),
      async (method, params) => {
        const { _meta, ...own } = params;
        expectTame(await modern(url(), method, declaring({ tasks: true, elicitation: true }, own), as('eve')));
      },
    ),
    runs,
  );
});

test('any parameters of any method are answered tamely, on the 2025 revisions', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...methods),
      fc.constantFrom(...versions.slice(1)),
      fc.dictionary(
        fc.constantFrom(
          'name',
          'arguments',
          'task',
          'taskId',
          'uri',
          'cursor',
          'requestId',
          'protocolVersion',
          '_meta',
        ),
        fc.jsonValue(),
      ),
      async (method, version, params) =>
        expectTame(
          await post(
            url(),
            { jsonrpc: '2.0', id: 1, method, params },
            { ...as('eve'), 'mcp-protocol-version': version },
          ),
        ),
    ),
    runs,
  );
});

/** `text` with one character of it replaced. */
const broken = (text: string) =>
  fc
    .tuple(
      fc.nat(text.length - 1),
      header.filter((s) => s.length > 0),
    )
    .map(([at, other]) => `${text.slice(0, at)}${other.slice(0, 1)}${text.slice(at + 1)}`)
    .filter((changed) => changed !== text);

test('a requestState that was tampered with, or is someone else’s, is refused', async () => {
  const [ledger, args] = walking('gated');
  const call = (requestState: string | undefined, key: string): Promise<RawAnswer> =>
    modern(
      url(),
      'tools/call',
      declaring(
        { elicitation: true },
        { name: 'walk', arguments: args, ...(requestState !== undefined && { requestState }) },
      ),
      as(key),
    );
  const state = String((await call(undefined, 'alice')).message.result?.['requestState']);
  expect((await call(state, 'eve')).message.error?.code).toBe(-32602);
  await fc.assert(
    fc.asyncProperty(broken(state), async (changed) => {
      const { status, message } = await call(changed, 'alice');
      expect([status, message.error?.code]).toEqual([200, -32602]);
    }),
    { numRuns: 60 },
  );
  ledger.open('gated');
});

test('a session that was tampered with says nothing', async () => {
  const { session } = await legacySession(url(), { elicitation: {} }, '2025-11-25', 'raw', as('alice'));
  await fc.assert(
    fc.asyncProperty(broken(session), async (changed) => {
      const headers = { ...as('alice'), 'mcp-protocol-version': '2025-11-25', 'mcp-session-id': changed };
      const answer = await post(url(), { jsonrpc: '2.0', id: 1, method: 'tools/list' }, headers);
      expectTame(answer);
      expect(answer.message.result).toBeDefined();
    }),
    { numRuns: 60 },
  );
});

/** Whether a member of `value` has that name, however deep. A text that reads the same is no member. */
const hasMember = (value: unknown, name: string): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (Object.hasOwn(value, name) || Object.values(value).some((inner) => hasMember(inner, name)));

test('an answer to a question that nobody asked is taken and dropped', async () => {
  await fc.assert(
    fc.asyncProperty(header, fc.dictionary(fc.string(), fc.jsonValue()), async (id, result) => {
      const answer = await post(url(), { jsonrpc: '2.0', id: `in.${id}`, result }, as('eve'));
      expect(answer.status).toBe(hasMember(result, '__proto__') ? 400 : 202);
    }),
    {
      ...runs,
      examples: [
        ['', { '': { '': ['__proto__'] } }],
        ['', { '': [{ ['__proto__']: '' }] }],
      ],
    },
  );
});

test('an answer that is no object is refused', async () => {
  const answer = await post(url(), { jsonrpc: '2.0', id: 'in.x', result: [] }, as('eve'));
  expect(answer.status).toBe(400);
});

test('a subscription never tells of another caller’s task', async () => {
  const [ledger, args] = walking('gated');
  const { message } = await modern(
    url(),
    'tools/call',
    declaring({ tasks: true }, { name: 'walk', arguments: args }),
    as('alice'),
  );
  const taskId = String(message.result?.['taskId']);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(fc.constant(taskId), fc.string(), broken(taskId))), async (taskIds) => {
      const params = {
        notifications: { taskIds },
        _meta: modernMeta({ extensions: { 'io.modelcontextprotocol/tasks': {} } }),
      };
      const { status, messages } = await stream(
        url(),
        { id: 1, method: 'subscriptions/listen', params },
        { ...modernHeaders('subscriptions/listen'), ...as('eve') },
      );
      expect(status).toBe(200);
      const seen: string[] = [];
      for await (const said of messages) seen.push(JSON.stringify(said));
      expect(seen.join('')).not.toContain(taskId);
    }),
    { numRuns: 60 },
  );
  ledger.open('gated');
});
