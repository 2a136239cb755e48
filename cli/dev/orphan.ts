/** Notices that the process is left alone: npm runs a command in a shell, and that passes no signal on when npm is told to end. */
import { readFileSync } from 'node:fs';

/** How often it looks, milliseconds. */
const LOOK_MS = 500;

/** Calls `orphaned` once, when the parent of this process has ended, or npm above it. Keeps no process alive. */
export function watchParent(
  orphaned: () => void,
  parent: () => string = () => parentAndNpm(process.ppid),
  lookMs = LOOK_MS,
): void {
  const first = parent();
  const looking = setInterval(() => {
    if (parent() === first) return;
    clearInterval(looking);
    orphaned();
  }, lookMs).unref();
}

/**
 * A parent, and npm where npm is the parent of that. An npm that is killed leaves its shell behind, which goes on as if nothing
 * had happened. Told on Linux; elsewhere it is the parent alone.
 */
export function parentAndNpm(parent: number): string {
  const [, above = ''] = /^PPid:\s*(\d+)$/m.exec(readProc(`${parent}/status`)) ?? [];
  return above !== '' && /^npm\b/.test(readProc(`${above}/cmdline`)) ? `${parent} ${above}` : String(parent);
}

function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return ''; // it has ended, or the system has no /proc
  }
}
