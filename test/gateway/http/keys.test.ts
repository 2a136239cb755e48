/** API keys while a gateway runs: wrong ones, expired ones, and ones that are taken out. No Temporal: behind the front there is only a yes. */
import { createHash } from 'node:crypto';
import type { GatewayConfig } from '../../../gateway/config';
import { createKeys } from '../../../gateway/http/auth';
import type { FrontNeeds } from '../../../gateway/http/front';
import { closeFronts, openFront } from '../../fixtures/front';

type Key = GatewayConfig['keys'][number];
const keyOf = (key: string, more: Partial<Key> = {}): Key => ({
  sha256: createHash('sha256').update(key).digest('hex'),
  tenant: 'acme',
  subject: 'alice',
  ...more,
});
const bearer = (key: string): string => `Bearer ${key}`;
const [HERE, ELSEWHERE] = ['192.0.2.7', '192.0.2.8'];

const fronting = async (changes: Pick<FrontNeeds, 'authenticate'> & Partial<FrontNeeds>): Promise<string> => {
  const isProxy = (address: string): boolean => address === '127.0.0.1';
  const { url } = await openFront({ connections: { most: 5_000, silentPerAddress: 500, isProxy }, ...changes });
  return url;
};
const post = (url: string, key: string, from = HERE): Promise<Response> =>
  fetch(url, { method: 'POST', body: '{}', headers: { authorization: bearer(key), 'x-forwarded-for': from } });

afterEach(() => jest.useRealTimers());
afterAll(closeFronts);

describe('who tries keys', () => {
  test('is refused after ten wrong ones, with the right one too, and told when to come again', async () => {
    const codes: (string | undefined)[] = [];
    const { authenticate } = createKeys([keyOf('right')]);
    const url = await fronting({ authenticate, onRefused: (_visit, _status, code) => codes.push(code) });
    for (let nth = 0; nth < 10; nth += 1) expect((await post(url, `wrong-${nth}`)).status).toBe(401);
    const refused = await post(url, 'right');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '6']);
    expect(await refused.json()).toMatchObject({
      error: {
        message: 'Too many wrong API keys came from this address. No key was looked at. Send the right one in 6 s.',
        data: { retry_after_s: 6 },
      },
    });
    expect((await post(url, 'right', ELSEWHERE)).status).toBe(200);
    expect(codes).toEqual([...Array<string>(10).fill('no_key'), 'guessing']);
  });

  /** The gateway's word on a key that comes from an address: whether it is right, or `wait`. */
  function asking(keys: readonly Key[]) {
    const { authenticate, replace } = createKeys([...keys]);
    const ask = (key: string, from = HERE): boolean | 'wait' => {
      try {
        return authenticate(bearer(key), from) !== undefined;
      } catch {
        return 'wait';
      }
    };
    const guess = (times: number, from?: string): (boolean | 'wait')[] =>
      Array.from({ length: times }, (_, nth) => ask(`guess-${nth}`, from));
    return { ask, guess, replace };
  }

  test('has ten tries a minute after that, and does not lengthen the wait by trying', () => {
    jest.useFakeTimers();
    const { ask, guess } = asking([keyOf('right')]);
    guess(10);
    expect(new Set(guess(5_000))).toEqual(new Set(['wait']));
    jest.advanceTimersByTime(5_999);
    expect(ask('right')).toBe('wait');
    jest.advanceTimersByTime(1);
    expect(ask('right')).toBe(true);
    jest.advanceTimersByTime(60_000);
    expect(guess(12).filter((answer) => answer === false)).toHaveLength(10);
  });

  test('does not lock out who sent a right key from the same address before', () => {
    const { ask, guess } = asking([keyOf('right'), keyOf('other')]);
    expect(ask('right')).toBe(true);
    guess(100);
    expect([ask('right'), ask('other'), ask('other', ELSEWHERE)]).toEqual([true, 'wait', true]);
  });

  test('is slowed with a key that was right once, too', () => {
    const { ask, replace, guess } = asking([keyOf('right'), keyOf('other')]);
    expect(ask('right')).toBe(true);
    replace([keyOf('other')]);
    guess(9);
    expect([ask('right'), ask('right')]).toEqual([false, 'wait']);
  });

  test('is one, with all addresses of an IPv6 network', () => {
    const { ask, guess } = asking([keyOf('right')]);
    guess(10, '2001:db8:1:2::5');
    expect([ask('right', '2001:db8:1:2:ffff::1'), ask('right', '2001:db8:1:3::5')]).toEqual(['wait', true]);
    guess(10, '::ffff:192.0.2.7');
    expect(ask('right', '192.0.2.7')).toBe('wait');
  });

  test('is not one who sends no key at all', async () => {
    const url = await fronting({ authenticate: createKeys([keyOf('right')]).authenticate });
    for (let nth = 0; nth < 15; nth += 1)
      expect((await fetch(url, { method: 'POST', headers: { 'x-forwarded-for': HERE } })).status).toBe(401);
    expect((await post(url, 'right')).status).toBe(200);
  });
});

describe('a key that is taken out', () => {
  /** A front whose answers begin, and never end by themselves. */
  async function streaming(...listed: Key[]) {
    const keys = createKeys(listed);
    const answer: FrontNeeds['answer'] = (_request, response) => void response.writeHead(200).write('begun');
    return { url: await fronting({ authenticate: keys.authenticate, answer }), replace: keys.replace };
  }
  const begun = async (url: string, key: string): Promise<ReadableStreamDefaultReader<Uint8Array>> => {
    const reader = (await post(url, key)).body?.getReader();
    await reader?.read();
    if (!reader) throw new Error('There is no stream.');
    return reader;
  };

  test('is wrong from then on, and what was open with it ends; what others have open goes on', async () => {
    const [first, second] = [keyOf('first'), keyOf('second')];
    const { url, replace } = await streaming(first, second);
    const [gone, stays] = await Promise.all([begun(url, 'first'), begun(url, 'second')]);
    replace([{ ...second, patience: 5 }]);
    await expect(gone.read()).rejects.toThrow();
    expect((await post(url, 'first')).status).toBe(401);
    const quiet = stays.read().then(
      () => 'ended',
      () => 'ended',
    );
    expect(await Promise.race([quiet, new Promise((resolve) => setImmediate(resolve, 'open'))])).toBe('open');
    await stays.cancel();
  });

  test('is out for its caller when it becomes that of another', async () => {
    const { url, replace } = await streaming(keyOf('first'));
    const gone = await begun(url, 'first');
    replace([keyOf('first', { subject: 'bob' })]);
    await expect(gone.read()).rejects.toThrow();
    await (await begun(url, 'first')).cancel();
  });
});

describe('a key with an end', () => {
  beforeEach(() =>
    jest.useFakeTimers({
      now: Date.parse('2027-01-31T23:59:58Z'),
      doNotFake: [
        'setImmediate',
        'nextTick',
        'queueMicrotask',
        'performance',
        'hrtime',
        'setInterval',
        'clearInterval',
      ],
    }),
  );

  test('counts to the end of that day in UTC, then its streams end and it is refused as what it is', async () => {
    const { authenticate } = createKeys([keyOf('first', { expires: '2027-01-31' }), keyOf('second')]);
    const grant = authenticate(bearer('first'), HERE);
    expect(grant?.over?.aborted).toBe(false);
    jest.advanceTimersByTime(2_000);
    expect(grant?.over?.aborted).toBe(true);
    jest.useRealTimers();
    const url = await fronting({ authenticate });
    const refused = await post(url, 'first');
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await refused.text()).toContain('This API key counts no longer: it has expired');
    expect((await post(url, 'second')).status).toBe(200);
  });

  test('counts again when it is given more time, and not when the list is read again', () => {
    const expired = keyOf('first', { expires: '2027-01-30' });
    const { authenticate, replace } = createKeys([expired]);
    const isOver = (): boolean | undefined => authenticate(bearer('first'), HERE)?.over?.aborted;
    replace([expired]);
    expect(isOver()).toBe(true);
    replace([{ ...expired, expires: '2027-02-28' }]);
    expect(isOver()).toBe(false);
  });
});
