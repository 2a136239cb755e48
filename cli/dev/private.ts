/** The data directory is for its owner alone: the database holds what callers sent and got, and the secret lies beside it. */
import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What a stack keeps there. */
const OURS = /^(temporal\.(db.*|log)|(gateway|worker)-\d+\.log|(ports|dev)\.json|secret|running|code|repositories)$/;

/**
 * Makes the directory, closes to others what an earlier version left open there, and has this process and those that it starts
 * write nothing that others can read. A directory that holds more than a stack's data keeps its own mode: it may be a shared one.
 */
export function keepPrivate(dataDir: string): void {
  process.umask(0o077);
  mkdirSync(dataDir, { recursive: true });
  const entries = readdirSync(dataDir, { withFileTypes: true });
  const ours = entries.filter(({ name }) => OURS.test(name));
  if (ours.length === entries.length) chmodSync(dataDir, 0o700);
  for (const entry of ours) {
    if (entry.isDirectory()) chmodSync(join(dataDir, entry.name), 0o700);
    if (entry.isFile()) chmodSync(join(dataDir, entry.name), 0o600);
  }
}
