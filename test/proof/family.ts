/** Processes that a process has started, and theirs. Linux alone tells. */
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

export interface Kin {
  readonly pid: number;
  readonly command: string;
}

/** All below `pid`, however deep. */
export function descendants(pid: number): Kin[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return [{ pid: Number(name), parent, command }];
      } catch {
        return []; // it has ended meanwhile
      }
    });
  const below = (of: number): Kin[] =>
    all.filter(({ parent }) => parent === of).flatMap((kin) => [kin, ...below(kin.pid)]);
  return below(pid);
}

export function isAlive({ pid, command }: Kin): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() === command && command !== '';
  } catch {
    return false;
  }
}

/** Waits until all are gone. @returns those that are not, in time */
export async function survivors(kin: readonly Kin[], withinMs: number): Promise<readonly Kin[]> {
  for (const began = performance.now(); ; await pause(50)) {
    const left = kin.filter(isAlive);
    if (left.length === 0 || performance.now() - began > withinMs) return left;
  }
}
