/** What may be reached, and what is connected to. */
import type { LookupAddress } from 'node:dns';
import { isPublic } from '../../../activities/egress/address';
import { createEgress } from '../../../activities/egress/egress';
import type { EgressError } from '../../../activities/egress/error';
import { asked, canary, naming, reasonOf, serving } from './world';

/** `P` stands for the canary's port. */
const hostile: readonly (readonly [url: string, reason: EgressError['reason']])[] = [
  ['https://127.0.0.1:P/', 'forbidden_address'],
  ['https://127.1:P/', 'forbidden_address'],
  ['https://127.0.1:P/', 'forbidden_address'],
  ['https://2130706433:P/', 'forbidden_address'],
  ['https://0x7f000001:P/', 'forbidden_address'],
  ['https://0x7f.1:P/', 'forbidden_address'],
  ['https://0x7f.0x0.0x0.0x1:P/', 'forbidden_address'],
  ['https://0177.0.0.1:P/', 'forbidden_address'],
  ['https://017700000001:P/', 'forbidden_address'],
  ['https://127.0.0.1.:P/', 'forbidden_address'],
  ['https://%31%32%37.0.0.1:P/', 'forbidden_address'],
  ['https://１２７.０.０.１:P/', 'forbidden_address'],
  ['https://127。0。0。1:P/', 'forbidden_address'],
  ['https:127.0.0.1:P/', 'forbidden_address'],
  ['https:\\\\127.0.0.1:P\\', 'forbidden_address'],
  ['  https://127.0.0.1:P/  ', 'forbidden_address'],
  ['https://127.255.255.254:P/', 'forbidden_address'],
  ['https://0.0.0.0:P/', 'forbidden_address'],
  ['https://0:P/', 'forbidden_address'],
  ['https://[::1]:P/', 'forbidden_address'],
  ['https://[0:0:0:0:0:0:0:1]:P/', 'forbidden_address'],
  ['https://[::]:P/', 'forbidden_address'],
  ['https://[::ffff:127.0.0.1]:P/', 'forbidden_address'],
  ['https://[::ffff:7f00:1]:P/', 'forbidden_address'],
  ['https://[::ffff:0:127.0.0.1]:P/', 'forbidden_address'],
  ['https://[::127.0.0.1]:P/', 'forbidden_address'],
  ['https://[64:ff9b::127.0.0.1]:P/', 'forbidden_address'],
  ['https://[64:ff9b:1::10.0.0.1]:P/', 'forbidden_address'],
  ['https://[2002:7f00:1::]:P/', 'forbidden_address'],
  ['https://[2001:0:4136:e378:8000:63bf:80ff:fffe]:P/', 'forbidden_address'],
  ['https://[fe80::1]:P/', 'forbidden_address'],
  ['https://[fc00::1]:P/', 'forbidden_address'],
  ['https://[fd12:3456::1]:P/', 'forbidden_address'],
  ['https://[fec0::1]:P/', 'forbidden_address'],
  ['https://[ff02::1]:P/', 'forbidden_address'],
  ['https://[100::1]:P/', 'forbidden_address'],
  ['https://[2001:db8::1]:P/', 'forbidden_address'],
  ['https://10.0.0.1:P/', 'forbidden_address'],
  ['https://172.16.0.1:P/', 'forbidden_address'],
  ['https://192.168.0.1:P/', 'forbidden_address'],
  ['https://100.64.0.1:P/', 'forbidden_address'],
  ['https://169.254.169.254/latest/meta-data/', 'forbidden_address'],
  ['https://168.63.129.16:32526/vmSettings', 'forbidden_address'],
  ['https://0xa83f8110/', 'forbidden_address'],
  ['https://100.100.100.200/latest/meta-data/', 'forbidden_address'],
  ['https://192.0.0.192/opc/v2/', 'forbidden_address'],
  ['https://[fd00:ec2::254]/latest/meta-data/', 'forbidden_address'],
  ['https://[fd20:ce::254]/computeMetadata/', 'forbidden_address'],
  ['https://192.0.0.8:P/', 'forbidden_address'],
  ['https://192.0.2.1:P/', 'forbidden_address'],
  ['https://198.18.0.1:P/', 'forbidden_address'],
  ['https://224.0.0.1:P/', 'forbidden_address'],
  ['https://240.0.0.1:P/', 'forbidden_address'],
  ['https://255.255.255.255:P/', 'forbidden_address'],
  ['https://localhost:P/', 'forbidden_address'],
  ['https://LOCALHOST:P/', 'forbidden_address'],
  ['http://127.0.0.1:P/', 'bad_url'],
  ['http://[::1]:P/', 'bad_url'],
  ['HTTP://localhost:P/', 'bad_url'],
  ['https://user:secret@127.0.0.1:P/', 'bad_url'],
  ['https://example.com@127.0.0.1:P/', 'bad_url'],
  ['https://:secret@127.0.0.1:P/', 'bad_url'],
  ['https://127.0.0.1:0/', 'bad_url'],
  ['https://127.0.0.1:99999/', 'bad_url'],
  ['https://[fe80::1%25lo]:P/', 'bad_url'],
  ['https://256.1.1.1:P/', 'bad_url'],
  ['https://', 'bad_url'],
  ['127.0.0.1:P', 'bad_url'],
  ['//127.0.0.1:P/', 'bad_url'],
  ['file:///etc/passwd', 'bad_url'],
  ['ftp://127.0.0.1:P/', 'bad_url'],
  ['gopher://127.0.0.1:P/_', 'bad_url'],
  ['data:text/plain,hello', 'bad_url'],
  ['blob:https://127.0.0.1:P/1', 'bad_url'],
  ['', 'bad_url'],
];

test.each(hostile)('%s is refused, and nobody knocks', async (url, reason) => {
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

test.each([
  [['127.0.0.1']],
  [['::1']],
  [['::ffff:127.0.0.1']],
  [['64:ff9b::7f00:1']],
  [['fe80::1%lo']],
  [['8.8.8.8', '127.0.0.1']],
  [['168.63.129.16']],
  [['2606:4700::1111', '::1']],
  [['not an address']],
])('a name that leads to %s is refused', async (addresses) => {
  const egress = createEgress({ allow: [] }, naming(...addresses));
  expect(await reasonOf(egress(`https://inside.test:${canary.port}/`, asked()))).toBe('forbidden_address');
  expect(canary.knocks).toBe(0);
});

test.each([
  '8.8.8.8',
  '1.1.1.1',
  '168.63.129.15',
  '168.63.129.17',
  '172.32.0.1',
  '100.128.0.1',
  '2606:4700::1111',
  '2a00:1450:4001::200e',
])('%s is public', (address) => expect(isPublic(address)).toBe(true));

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
