/** Notices that the process is left alone: npm runs a command in a shell, and that passes no signal on when npm is told to end. */

/** How often it looks, milliseconds. */
const LOOK_MS = 500;

/** Calls `orphaned` once, when the parent of this process has ended. Keeps no process alive. */
export function watchParent(orphaned: () => void, parent: () => number = () => process.ppid, lookMs = LOOK_MS): void {
  const first = parent();
  const looking = setInterval(() => {
    if (parent() === first) return;
    clearInterval(looking);
    orphaned();
  }, lookMs).unref();
}
