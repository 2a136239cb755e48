/** The file of the gateways' secret. It is kept with the database, because the ids of the jobs there depend on it. */
import { randomBytes } from 'node:crypto';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Returns its path; makes the secret where there is none. A start on a full disk leaves an empty file, on which no job depends. */
export function secretFile(dataDir: string): string {
  const path = join(dataDir, 'secret');
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) writeFileSync(path, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
  return path;
}
