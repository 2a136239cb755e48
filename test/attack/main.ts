/**
 * `npm run attack`: hostile clients against a gateway of its own. Prints what each did to others, and how many attempts went through
 * that must not; ends 1 where that is too much. `npm run attack -- seals` does one part alone.
 */
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { bundleOf } from '../fixtures/bundle';
import { gatewayProcess, killAll, ownTemporal, workerProcess } from '../fixtures/processes';
import type { TestProcess } from '../fixtures/processes';
import { ATTACKS } from './doors';
import { FLOODS, medianMs } from './neighbours';
import { PROOFS } from './proofs';
import { createTally } from './tally';

/** How often the gateway is asked whether it lives. */
const EVERY_MS = 50;
const STALL_MAX_MS = 250;
/** What may be held for the bodies and connections of attackers. What is not collected yet comes on top: */
const HELD_MAX_MB = 64;
/** V8 lets that grow to a bound of its own, however many bodies come. */
const MEMORY_MAX_MB = 128;
const [EVIL, GOOD] = ['the-key-of-an-attacker', 'the-key-of-somebody-else'];

function configuration(): string {
  const file = join(mkdtempSync(join(tmpdir(), 'holdfast-attack-')), 'holdfast.yaml');
  const keys = [EVIL, GOOD].map((key, nth) => ({
    sha256: createHash('sha256').update(key).digest('hex'),
    tenant: `tenant-${nth}`,
    subject: 'somebody',
  }));
  writeFileSync(file, JSON.stringify({ gateway: { keys } }));
  return file;
}

/** The memory of a process, MB. */
function megabytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** The longest that `/livez` takes, and the most memory, until `over`. */
async function watch(url: string, pid: number, over: Promise<unknown>): Promise<{ stallMs: number; mb: number }> {
  let [stallMs, mb, going] = [0, 0, true];
  void over.then(() => (going = false));
  while (going) {
    const asked = performance.now();
    await (await fetch(new URL('/livez', url))).text();
    stallMs = Math.max(stallMs, performance.now() - asked);
    mb = Math.max(mb, megabytes(pid));
    await pause(EVERY_MS);
  }
  return { stallMs, mb };
}

interface Said {
  readonly attempts: number;
  readonly refused: number;
}

/** A process of its own that attacks. */
function startAttacker(...args: readonly string[]) {
  const child = fork(join(__dirname, 'attacker.js'), args);
  const said = once(child, 'message').then(([seen]) => seen as Said);
  return { said, stop: (): boolean => child.send('stop') };
}

/** The most memory that is held until `over`. To tell it from garbage stalls the gateway, so this is another attack than the one that is watched. */
async function watchHeld(gateway: TestProcess, over: Promise<unknown>): Promise<number> {
  let [heldMb, going] = [0, true];
  void over.then(() => (going = false));
  while (going) {
    heldMb = Math.max(heldMb, await gateway.heldMb());
    await pause(EVERY_MS);
  }
  return heldMb;
}

/** Does one attack, twice, on a gateway that has just been started. */
async function attack(name: string) {
  const gateway = await gatewayProcess('127.0.0.1:1', { HOLDFAST_CONFIG: configuration() });
  for (let warm = 0; warm < 20; warm += 1) await (await fetch(new URL('/livez', gateway.url))).text();
  const heldBefore = await gateway.heldMb();
  const [began, before] = [performance.now(), megabytes(gateway.pid)];
  const { said } = startAttacker('doors', name, gateway.url, EVIL);
  const { stallMs, mb } = await watch(gateway.url, gateway.pid, said);
  const seconds = (performance.now() - began) / 1000;
  const held = await watchHeld(gateway, startAttacker('doors', name, gateway.url, EVIL).said);
  await gateway.kill();
  return { seconds, stallMs, more: mb - before, held: held - heldBefore };
}

/** Attacks on the endpoint; how many did too much. */
async function doors(): Promise<number> {
  let broken = 0;
  console.log('| 50 clients at once with | s | longest stall, ms | memory, MB more | of it held |');
  console.log('|---|---|---|---|---|');
  for (const name of Object.keys(ATTACKS)) {
    const { seconds, stallMs, more, held } = await attack(name);
    if (stallMs > STALL_MAX_MS || more > MEMORY_MAX_MB || held > HELD_MAX_MB) broken += 1;
    console.log(
      `| ${name} | ${seconds.toFixed(1)} | ${stallMs.toFixed(0)} | ${more.toFixed(0)} | ${held.toFixed(0)} |`,
    );
  }
  console.log(
    `\n${broken} held the gateway for over ${STALL_MAX_MS} ms, or took over ${HELD_MAX_MB} MB, ${MEMORY_MAX_MB} MB with garbage.\n`,
  );
  return broken;
}

/** What one tenant notices of another. */
async function neighbours(): Promise<void> {
  const temporal = await ownTemporal();
  process.env['HOLDFAST_TEST_BUNDLE'] = await bundleOf(join(__dirname, '..', 'fixtures', 'workflows'));
  const [gateway] = await Promise.all([
    gatewayProcess(temporal.address, { HOLDFAST_CONFIG: configuration() }),
    workerProcess(temporal.address),
  ]);
  console.log('| a tenant sends, 45 at a time | requests | refused | a call of another tenant, median ms |');
  console.log('|---|---|---|---|');
  console.log(`| nothing | 0 | 0 | ${(await medianMs(gateway.url, GOOD)).toFixed(0)} |`);
  for (const name of Object.keys(FLOODS)) {
    const { said, stop } = startAttacker('flood', name, gateway.url, EVIL);
    const median = await medianMs(gateway.url, GOOD);
    stop();
    const { attempts, refused } = await said;
    console.log(`| ${name} | ${attempts} | ${refused} | ${median.toFixed(0)} |`);
  }
  await killAll();
  await temporal.stop();
}

/** What must not go through at all; how much did. */
async function proofs(names: readonly string[]): Promise<number> {
  let broken = 0;
  console.log('| attempts on | made | went through | s |');
  console.log('|---|---|---|---|');
  for (const name of names) {
    const began = performance.now();
    const { attempts, through, lines } = (await PROOFS[name]?.()) ?? createTally();
    broken += through.length;
    const seconds = (performance.now() - began) / 1000;
    console.log(`| ${name} | ${attempts()} | ${through.length} | ${seconds.toFixed(1)} |`);
    for (const line of lines) console.log(`  ${line}`);
    for (const what of through) console.log(`  went through: ${what}`);
  }
  return broken;
}

async function main(): Promise<void> {
  const [, , only] = process.argv;
  const parts = ['doors', 'neighbours', ...Object.keys(PROOFS)];
  if (only !== undefined && !parts.includes(only)) throw new Error(`There is no ${only}, only ${parts.join(', ')}.`);
  const chosen = only === undefined ? parts : [only];
  if (chosen.includes('doors') && (await doors()) > 0) process.exitCode = 1;
  if (chosen.includes('neighbours')) await neighbours();
  const proved = chosen.filter((name) => name in PROOFS);
  if (proved.length > 0 && (await proofs(proved)) > 0) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
