/**
 * Makes, on the first start of the compose stack, what no two stacks may share: the gateways' secret, the password of the database,
 * an API key. They are kept in volumes, from which each service reads its own alone. Later starts change nothing, unless the
 * environment says otherwise. Every start writes the configuration anew: deploy/holdfast.yaml, and the key if that lists none.
 *
 *   node first-start.mjs <holdfast.yaml> <folder with gateway/, database/ and config/> [new-key]
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';

const [source = '', made = '', wish] = process.argv.slice(2);
const { HOLDFAST_SECRET, POSTGRES_PASSWORD, HOLDFAST_API_KEY, HOLDFAST_PORT } = process.env;
/** Where the published port of the stack is on this machine. */
const endpoint = `http://127.0.0.1:${HOLDFAST_PORT || 8484}/mcp`;
const random = () => randomBytes(32).toString('hex');

/** Writes a file as a whole or not at all. Who has the volume may read it: services run as users of their own. */
function write(path, text) {
  writeFileSync(`${path}.part`, text, { mode: 0o644 });
  renameSync(`${path}.part`, path);
}

/** Keeps the value that was given, else that of an earlier start, else a new one. */
function keep(path, given) {
  if (given || !existsSync(path)) write(path, given || random());
}

keep(join(made, 'gateway', 'secret'), HOLDFAST_SECRET);
keep(join(made, 'database', 'password'), POSTGRES_PASSWORD);

const config = parseDocument(readFileSync(source, 'utf8'));
const listed = config.toJS()?.gateway?.keys ?? [];
if (listed.length === 0)
  config.setIn(['gateway', 'keys'], [{ sha256: keyHash(), tenant: 'local', subject: 'compose' }]);
write(join(made, 'config', 'holdfast.yaml'), String(config));

/** The SHA-256 of the API key. The key itself is printed when it is made, and kept nowhere. */
function keyHash() {
  const path = join(made, 'gateway', 'key.sha256');
  const isNew = !HOLDFAST_API_KEY && (wish === 'new-key' || !existsSync(path));
  const key = isNew ? `hf_${random()}` : HOLDFAST_API_KEY;
  if (key) write(path, createHash('sha256').update(key).digest('hex'));
  if (isNew)
    console.log(
      `The API key of this stack, shown once:\n\n  ${key}\n\nSend it as "Authorization: Bearer <key>" to ${endpoint}.`,
    );
  else if (!key)
    console.log(
      'The API key is the one that an earlier start has shown. A new one: docker compose run --rm first-start new-key',
    );
  return readFileSync(path, 'utf8');
}
