/** `npm run attack`: hostile clients against a gateway of its own. Prints what each did to others, and ends 1 where that is too much. */
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { gatewayProcess } from '../fixtures/processes';
import { ATTACKS } from './doors';

/** How often the gateway is asked whether it lives. */
const EVERY_MS = 50;
const STALL_MAX_MS = 250;
const MEMORY_MAX_MB = 64;
const KEY = 'an-attackers-key';

function configuration(): string {
  const file = join(mkdtempSync(join(tmpdir(), 'holdfast-attack-')), 'holdfast.yaml');
  const sha256 = createHash('sha256').update(KEY).digest('hex');
  writeFileSync(file, `gateway: { keys: [{ sha256: ${sha256}, tenant: evil, subject: eve }] }\n`);
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

/** Does one attack on a gateway that has just been started. */
async function attack(name: string) {
  const gateway = await gatewayProcess('127.0.0.1:1', { HOLDFAST_CONFIG: configuration() });
  for (let warm = 0; warm < 20; warm += 1) await (await fetch(new URL('/livez', gateway.url))).text();
  const [began, before] = [performance.now(), megabytes(gateway.pid)];
  const attacker = fork(join(__dirname, 'attacker.js'), [name, gateway.url, KEY]);
  const said = once(attacker, 'message') as Promise<[{ attempts: number }]>;
  const { stallMs, mb } = await watch(gateway.url, gateway.pid, said);
  const [{ attempts }] = await said;
  const seconds = (performance.now() - began) / 1000;
  await gateway.kill();
  return { attempts, seconds, stallMs, more: mb - before };
}

async function main(): Promise<void> {
  const names = Object.keys(ATTACKS).filter((name) => name.includes(process.argv[2] ?? ''));
  let [attempts, broken] = [0, 0];
  console.log('| attack | attempts | s | longest stall, ms | memory, MB more |');
  console.log('|---|---|---|---|---|');
  for (const name of names) {
    const seen = await attack(name);
    attempts += seen.attempts;
    if (seen.stallMs > STALL_MAX_MS || seen.more > MEMORY_MAX_MB) broken += 1;
    console.log(
      `| ${name} | ${seen.attempts} | ${seen.seconds.toFixed(1)} | ${seen.stallMs.toFixed(0)} | ${seen.more.toFixed(0)} |`,
    );
  }
  console.log(
    `\n${names.length} attacks, ${attempts} attempts: ${broken} held the gateway for over ${STALL_MAX_MS} ms, or took over ${MEMORY_MAX_MB} MB.`,
  );
  process.exitCode = broken === 0 ? 0 : 1;
}

void main();
