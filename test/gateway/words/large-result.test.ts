/** Results that do not fit into one answer, and results that are more than text. */
import { createHash } from 'node:crypto';
import { legacySession, modern } from '../../fixtures/raw';
import { replicas } from '../../fixtures/replicas';
import { dataOf, textOf } from '../../fixtures/stack';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const keys = ['alice', 'bob'].map((subject) => ({ sha256: sha256(subject), tenant: 'acme', subject }));
const { url } = replicas({ keys });
const as = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });

interface Link {
  readonly type: string;
  readonly uri?: string;
  readonly text?: string;
}

interface Read {
  readonly result?: { readonly contents: [{ readonly text: string; readonly _meta: Record<string, string> }] };
  readonly error?: { readonly code: number; readonly data?: unknown };
}

async function large(): Promise<{ readonly text: string; readonly uri: string }> {
  const params = { name: 'fill', arguments: { characters: 70_000 } };
  const { message } = await modern(url(), 'tools/call', params, as('alice'));
  const content = message.result?.['content'] as Link[];
  return { text: textOf(message.result), uri: content.find(({ type }) => type === 'resource_link')?.uri ?? '' };
}

const read = async (uri: string, key = 'alice'): Promise<Read> =>
  (await modern(url(), 'resources/read', { uri }, as(key))).message as unknown as Read;

test('a large result is answered with its head, its tail and where to read all of it', async () => {
  const { text, uri } = await large();
  expect(text.length).toBeLessThan(32_000);
  expect(text).toContain('characters left out. All of it: job_result(');
  expect(uri).toMatch(/^holdfast:\/\/job\/job_[0-9a-z]{16}\/result$/);
});

test('its owner reads it as a resource, page by page, at any replica', async () => {
  let { uri } = await large();
  let whole = '';
  while (uri !== '') {
    const { result } = await read(uri);
    whole += result?.contents[0].text ?? '';
    uri = result?.contents[0]._meta['io.holdfast/next'] ?? '';
  }
  expect(JSON.parse(whole)).toBe('x'.repeat(70_000));
});

describe('an output that is too long, of a tool that says little', () => {
  const counted = async (to: number): Promise<{ structuredContent: Record<string, unknown>; content: Link[] }> =>
    (await modern(url(), 'tools/call', { name: 'count', arguments: { to } }, as('alice'))).message.result as never;
  const pages = async (job_id: unknown, more: object = {}): Promise<string> => {
    let [whole, offset] = ['', 0];
    for (;;) {
      const params = { name: 'job_result', arguments: { job_id, offset, ...more } };
      const { result } = (await modern(url(), 'tools/call', params, as('alice'))).message;
      whole += /^(?:\[characters .*?\]\n)?(.*?)(?:\n\[Next page: .*)?$/s.exec(textOf(result))?.[1] ?? '';
      const { next } = dataOf(result) as { next?: { args: { offset: number } } };
      if (!next) return whole;
      ({ offset } = next.args);
    }
  };

  test('is read whole as JSON, in pages and as a resource, and nobody is told to', async () => {
    const { structuredContent, content } = await counted(5_000);
    const { job_id, ...rest } = structuredContent;
    expect(content[0]).toEqual({ type: 'text', text: '5000 numbers.' });
    expect(rest).toEqual({ status: 'done', note: expect.stringContaining('job_result with format "json"') as unknown });
    expect(JSON.parse(await pages(job_id))).toMatchObject({ numbers: { length: 5_000 } });
    expect(await pages(job_id, { format: 'text' })).toBe('5000 numbers.');
    const { result } = await read(content.find(({ type }) => type === 'resource_link')?.uri ?? '');
    expect(result?.contents[0].text).toContain('"number 0"');
  });

  test('is given whole, with no way to more, where it is short', async () => {
    const { structuredContent, content } = await counted(2);
    expect([content.length, structuredContent]).toEqual([1, { numbers: ['number 0', 'number 1'] }]);
  });
});

test('a page past the end says where the end is', async () => {
  const { uri } = await large();
  const job_id = /job_[0-9a-z]{16}/.exec(uri)?.[0];
  const params = { name: 'job_result', arguments: { job_id, offset: 70_002 } };
  const { message } = await modern(url(), 'tools/call', params, as('alice'));
  expect(message.result).toMatchObject({ isError: true, structuredContent: { error: { kind: 'invalid_input' } } });
  expect(textOf(message.result)).toContain('has 70002 characters');
});

test('to anyone else it is as if it were not there', async () => {
  const { uri } = await large();
  const absent = uri.replace(/job_[0-9a-z]{16}/, 'job_0000000000000000');
  const [theirs, nobodys] = [await read(uri, 'bob'), await read(absent, 'bob')];
  expect(theirs.error).toMatchObject({ code: -32602, data: { uri } });
  expect(JSON.stringify(theirs).replaceAll(uri, '')).toBe(JSON.stringify(nobodys).replaceAll(absent, ''));
});

test.each(['file:///etc/passwd', 'holdfast://job/../result', 'holdfast://job/job_0000000000000000/result?offset=-1'])(
  'the address %s names nothing',
  async (uri) => {
    expect((await read(uri)).error?.code).toBe(-32602);
  },
);

test('the template of the addresses is listed', async () => {
  const { message } = await modern(url(), 'resources/templates/list', {}, as('alice'));
  expect(JSON.stringify(message.result)).toContain('holdfast://job/{job_id}/result{?offset}');
});

test('a client of a revision without resource links gets none', async () => {
  const body = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'fill', arguments: { characters: 70_000 } },
  };
  const response = await fetch(url(), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-03-26',
      ...as('alice'),
    },
    body: JSON.stringify(body),
  });
  expect(await response.text()).not.toContain('resource_link');
});

test.each([
  ['2026-07-28', (to: string) => modern(to, 'tools/call', { name: 'picture', arguments: {} }, as('alice'))],
  [
    '2025-11-25',
    async (to: string) =>
      (await legacySession(to, {}, '2025-11-25', 'raw', as('alice'))).request(to, 'tools/call', {
        name: 'picture',
        arguments: {},
      }),
  ],
])('an image passes through on %s', async (_version, call) => {
  const { message } = await call(url());
  expect(message.result?.['content']).toMatchObject([{ type: 'text' }, { type: 'image', mimeType: 'image/png' }]);
});
