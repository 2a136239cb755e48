/** What may be reached, and what is connected to. */
import type { LookupAddress } from 'node:dns';
import { isPublic } from '../../../activities/egress/address';
import { createEgress } from '../../../activities/egress/egress';
import { HOSTILE_URLS, PRIVATE_ANSWERS, PUBLIC } from '../../fixtures/addresses';
import { asked, canary, naming, reasonOf, serving } from './world';

test.each(HOSTILE_URLS)('%s is refused, and nobody knocks', async (url, reason) => {
  const told = createEgress({ allow: [] })(url.replace(':P', `:${canary.port}`), asked());
  expect(await reasonOf(told)).toBe(reason);
  expect(canary.knocks).toBe(0);
});

test('the canary hears a knock where it is allowed', async () => {
  const allow = [`127.0.0.1:${canary.port}`, `[::1]:${canary.port}`];
  expect(await reasonOf(createEgress({ allow })(`http://127.0.0.1:${canary.port}/`, asked()))).toBe('connection');
  expect(await reasonOf(createEgress({ allow })(`http://[::1]:${canary.port}/`, asked()))).toBe('connection');
  expect(canary.knocks).toBe(2);
});

test.each(PRIVATE_ANSWERS.map((addresses) => [addresses]))('a name that leads to %s is refused', async (addresses) => {
  const egress = createEgress({ allow: [] }, naming(...addresses));
  expect(await reasonOf(egress(`https://inside.test:${canary.port}/`, asked()))).toBe('forbidden_address');
  expect(canary.knocks).toBe(0);
});

test.each(PUBLIC)('%s is public', (address) => expect(isPublic(address)).toBe(true));

test('a name that changes its address after the check changes nothing', async () => {
  const [, allow] = await serving((_request, response) => response.end('checked'));
  const [, atPort] = allow.split(':');
  const before = naming('127.0.0.1');
  const after = naming('::1'); // where the same port would answer, too
  await serving((_request, response) => response.end('rebound'), '::1', Number(atPort));
  let lookups = 0;
  const egress = createEgress({ allow: [`app.test:${atPort}`] }, (name) => (lookups++ === 0 ? before : after)(name));
  const { body } = await egress(`http://app.test:${atPort}/`, asked());
  expect(String(body)).toBe('checked');
  expect(lookups).toBe(1);
});

test('a name that is found after the time is over is not connected to', async () => {
  let found: (addresses: LookupAddress[]) => void = () => undefined;
  const resolve = () => new Promise<LookupAddress[]>((resolved) => (found = resolved));
  const at = `late.test:${canary.port}`;
  expect(await reasonOf(createEgress({ allow: [at] }, resolve)(`http://${at}/`, asked({ timeoutMs: 20 })))).toBe(
    'timeout',
  );
  found([{ address: '127.0.0.1', family: 4 }]);
  // A later request is through: had the first been connected, it would have knocked before.
  await reasonOf(createEgress({ allow: [at] }, naming('127.0.0.1'))(`http://${at}/`, asked()));
  expect(canary.knocks).toBe(1);
});

test('a name that nobody knows says so', async () => {
  const egress = createEgress({ allow: [] }, () => Promise.reject(new Error('ENOTFOUND')));
  expect(await reasonOf(egress('https://nowhere.test/', asked()))).toBe('host_not_found');
  expect(await reasonOf(createEgress({ allow: [] }, naming())('https://nowhere.test/', asked()))).toBe(
    'host_not_found',
  );
});

test.each([
  ['https to loopback', 'https://127.0.0.1:P/', 'forbidden_address'],
  ['https to loopback in another spelling', '//0x7f.1:P/', 'bad_url'],
  ['plain http', 'http://localhost:P/', 'bad_url'],
  ['a file', 'file:///etc/passwd', 'bad_url'],
  ['credentials', 'https://a:b@127.0.0.1:P/', 'bad_url'],
  ['no address', 'https://[', 'redirect'],
])('a redirect to %s is refused like a first address', async (_what, location, reason) => {
  const [url, allow] = await serving((_request, response) =>
    response.writeHead(307, { location: location.replace('P', String(canary.port)) }).end(),
  );
  expect(await reasonOf(createEgress({ allow: [allow] })(url, asked({ redirects: 5 })))).toBe(reason);
  expect(canary.knocks).toBe(0);
});

test('what the operator allows is no place that another origin may redirect to', async () => {
  let reached = 0;
  const [target, other] = await serving((_request, response) => {
    reached += 1;
    response.end('secret');
  });
  const [elsewhere, there] = await serving((_request, response) =>
    response.writeHead(302, { location: `${target}/secret` }).end(),
  );
  const egress = createEgress({ allow: [there, other] });
  expect(await reasonOf(egress(elsewhere, asked({ redirects: 1 })))).toBe('bad_url');
  expect(reached).toBe(0);
});

test('an error says what is wrong and repeats nothing of the address', async () => {
  const error: unknown = await createEgress({ allow: [] })('https://127.0.0.1/hush', asked()).catch(
    (thrown: unknown) => thrown,
  );
  expect(String(error)).toBe('EgressError: The address is not on the public internet.');
});
