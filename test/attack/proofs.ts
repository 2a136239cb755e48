/** What must stay proved: attacks of which none may ever go through. */
import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleOf } from '../fixtures/bundle';
import { gatewayProcess, killAll, ownTemporal, workerProcess } from '../fixtures/processes';
import { canaries } from './canaries';
import { egress } from './egress';
import { REVISIONS, isolation } from './isolation';
import { names } from './names';
import { seals } from './seals';
import type { Tally } from './tally';
import { times } from './times';

const SECRET = 'a secret for the attacks, 32 characters or more';
/** Names whose address changes, for each way out. */
const REBINDINGS = 200;

/** A tenant with two subjects, and another tenant whose subject has the name of one of them. */
const CALLERS = [
  { key: 'the-key-of-alice', tenant: 'acme', subject: 'alice' },
  { key: 'the-key-of-bob', tenant: 'acme', subject: 'bob' },
  { key: 'the-key-of-eve', tenant: 'other', subject: 'alice' },
];
const [victim = '', ...attackers] = CALLERS.map(({ key }) => key);

/** Runs with the address of a gateway that has workers. */
async function onStack<T>(run: (url: string) => Promise<T>): Promise<T> {
  const file = join(mkdtempSync(join(tmpdir(), 'holdfast-attack-')), 'holdfast.yaml');
  const keys = CALLERS.map(({ key, ...caller }) => ({
    sha256: createHash('sha256').update(key).digest('hex'),
    ...caller,
  }));
  writeFileSync(file, JSON.stringify({ gateway: { keys, schedules: true, rates: { calls: 10_000, reads: 10_000 } } }));
  const temporal = await ownTemporal();
  process.env['HOLDFAST_TEST_BUNDLE'] = await bundleOf(join(__dirname, '..', 'fixtures', 'workflows'));
  const env = { HOLDFAST_CONFIG: file, HOLDFAST_SECRET: SECRET };
  try {
    const [gateway] = await Promise.all([gatewayProcess(temporal.address, env), workerProcess(temporal.address)]);
    return await run(gateway.url);
  } finally {
    await killAll();
    await temporal.stop();
  }
}

/** By name; each brings what it needs. */
export const PROOFS: Readonly<Record<string, () => Promise<Tally>>> = {
  isolation: () => onStack((url) => isolation({ url, victim, attackers, revisions: REVISIONS })),
  times: () => onStack((url) => times({ url, victim, attackers })),
  seals: () => onStack((url) => seals(url, SECRET, [victim, ...attackers])),
  names: () => onStack((url) => names(url, victim)),
  egress: () => egress(REBINDINGS),
  canaries,
};
