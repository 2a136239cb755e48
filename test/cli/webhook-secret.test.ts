import { createHmac } from 'node:crypto';
import { BadSetting } from '../../config/file';
import { webhookSecret } from '../../cli/webhook-secret';

const master = 'x'.repeat(32);

test('the secret of a host is printed as receivers want it', () => {
  const derived = createHmac('sha256', master).update('127.0.0.1:9000').digest('base64');
  expect(webhookSecret({ webhookSecret: master }, '127.0.0.1:9000')).toBe(`whsec_${derived}`);
});

test.each([
  ['no master', undefined, 'hooks.example.com', /HOLDFAST_WEBHOOK_SECRET/],
  ['a short master', 'short', 'hooks.example.com', /32 characters/],
  ['a URL', master, 'https://hooks.example.com/', /host:port/],
  ['a host that no list may name', master, 'localhost:9000', /127\.0\.0\.1:<port>/],
  ['a port that is the default', master, 'hooks.example.com:443', /host:port/],
])('%s is refused in words', (_what, secret, host, sentence) => {
  const told = (): unknown => webhookSecret({ webhookSecret: secret }, host);
  expect(told).toThrow(BadSetting);
  expect(told).toThrow(sentence);
});
