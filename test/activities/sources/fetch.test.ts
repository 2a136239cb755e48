/** How long a site wants to be left alone, in each way of saying it. */
import { fetchReply } from '../../../activities/sources/fetch';
import { never, silence, site, status } from './world';

const seconds = (n: number) => Math.round(Date.now() / 1_000) + n;

async function waitAsked(code: number, headers: Record<string, string>): Promise<unknown> {
  const { egress, url } = await site(status(code, headers));
  const error: unknown = await fetchReply(egress, { who: 'Wikipedia', url, accept: '*/*', signal: never }).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ type: 'unavailable' });
  return error instanceof Error ? Reflect.get(error, 'details') : undefined;
}

test.each([
  ['503 with seconds', 503, { 'retry-after': '120' }, 120],
  ['429 with seconds', 429, { 'retry-after': '7' }, 7],
  ['429 with a date', 429, { 'retry-after': new Date(Date.now() + 90_000).toUTCString() }, 90],
  ['429 with a date that has passed', 429, { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }, 0],
  ['429 with more than an hour', 429, { 'retry-after': '999999999999' }, 3_600],
  ["403 with GitHub's limit", 403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': `${seconds(30)}` }, 30],
  ["403 with GitHub's second limit", 403, { 'retry-after': '60' }, 60],
])('%s', async (_what, code, headers, expected) => {
  const [detail] = (await waitAsked(code, headers)) as [{ retryAfterMs: number }];
  expect(Math.abs(detail.retryAfterMs - expected * 1_000)).toBeLessThan(3_000);
});

test.each([[{}], [{ 'retry-after': 'soon' }], [{ 'x-ratelimit-remaining': '0' }]])(
  'headers %j ask for no wait of their own',
  async (headers: Record<string, string>) => {
    expect(await waitAsked(429, headers)).toEqual([{ sideEffect: 'none' }]);
  },
);

test('a request that is cancelled ends at once', async () => {
  const stop = new AbortController();
  const { egress, url } = await site((request, response) => {
    silence(request, response);
    stop.abort();
  });
  await expect(fetchReply(egress, { who: 'Wikipedia', url, accept: '*/*', signal: stop.signal })).rejects.toMatchObject(
    {
      reason: 'cancelled',
    },
  );
});

test('a body that is posted holds no half of a character, which strict servers refuse', async () => {
  const bodies: string[] = [];
  const { egress, url } = await site((request, response) => {
    request.setEncoding('utf8').on('data', (text: string) => bodies.push(text));
    request.once('end', () => response.end());
  });
  await fetchReply(egress, { who: 'The model', url, accept: '*/*', body: { asked: ['a\ud83d 😀'] }, signal: never });
  expect(JSON.parse(bodies.join(''))).toEqual({ asked: ['a\uFFFD 😀'] });
  expect(bodies.join('')).not.toContain('\\ud');
});
