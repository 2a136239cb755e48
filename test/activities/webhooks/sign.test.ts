import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { shownSecretOf, signedHeaders } from '../../../activities/webhooks/sign';

const [NEW, OLD] = ['n'.repeat(32), 'o'.repeat(32)];
const HOST = 'hooks.example.com';
const BODY = '{"type":"job.done"}';

test("a receiver's secret is the HMAC of its host, in the form of the standard", () => {
  const derived = createHmac('sha256', NEW).update(HOST).digest();
  expect(derived).toHaveLength(32);
  expect(shownSecretOf(NEW, HOST)).toBe(`whsec_${derived.toString('base64')}`);
});

test("the standard's library verifies what was signed, and node's crypto agrees", () => {
  const headers = signedHeaders([NEW], HOST, 'msg_1', BODY);
  expect(new Webhook(shownSecretOf(NEW, HOST)).verify(BODY, headers)).toEqual({ type: 'job.done' });
  const key = createHmac('sha256', NEW).update(HOST).digest();
  const signed = `msg_1.${headers['webhook-timestamp']}.${BODY}`;
  expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  expect(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(5);
});

test.each<[string, { host?: string; master?: string; body?: string; id?: string }]>([
  ['another host', { host: 'evil.example.com' }],
  ['another master', { master: OLD }],
  ['another body', { body: '{"type":"job.failed"}' }],
  ['another id', { id: 'msg_2' }],
])('what is signed for %s is not verified', (_what, { host = HOST, master = NEW, body = BODY, id = 'msg_1' }) => {
  const headers = { ...signedHeaders([master], host, 'msg_1', BODY), 'webhook-id': id };
  expect(() => new Webhook(shownSecretOf(NEW, HOST)).verify(body, headers)).toThrow('No matching signature');
});

test('during a rotation receivers with either secret verify', () => {
  const headers = signedHeaders([NEW, OLD], HOST, 'msg_1', BODY);
  for (const master of [NEW, OLD]) new Webhook(shownSecretOf(master, HOST)).verify(BODY, headers);
  expect(headers['webhook-signature']).toMatch(/^v1,\S{44} v1,\S{44}$/);
});
