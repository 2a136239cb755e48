/** What `holdfast key new` prints is what a gateway takes. */
import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newKey } from '../../cli/key';
import { gatewayConfig } from '../../gateway/config';

test('a key is printed with the entry that holds its hash, as it stands in the configuration', () => {
  const printed = newKey('acme/alice: #1', '2027-01-31');
  const [key = ''] = /hf_[0-9a-f]{64}/.exec(printed) ?? [];
  const HOLDFAST_CONFIG = join(mkdtempSync(join(tmpdir(), 'holdfast-key-')), 'holdfast.yaml');
  writeFileSync(HOLDFAST_CONFIG, `gateway:\n${printed.slice(printed.indexOf('  keys:'))}\n`);
  const { keys } = gatewayConfig({ HOLDFAST_CONFIG, HOLDFAST_SECRET: 'a secret for the tests, 32 characters or more' });
  const sha256 = createHash('sha256').update(key).digest('hex');
  expect(keys).toEqual([{ sha256, tenant: 'acme', subject: 'alice: #1', expires: '2027-01-31' }]);
  expect(newKey('acme/alice')).not.toContain(key);
});

test.each([
  ['alice', undefined, /<tenant>\/<subject>/],
  ['Acme/alice', undefined, /tenant: 1 to 32 of a-z/],
  ['acme/alice', 'soon', /expires: a day, such as 2027-01-31/],
])('%s until %s is refused in words', (who, expires, sentence) => {
  expect(() => newKey(who, expires)).toThrow(sentence);
});
