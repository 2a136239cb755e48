/** Leaves of the compiler's copy of package.json what code reads there. The entries in it would be those of another folder. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const Read = z.object({ name: z.string(), version: z.string(), type: z.literal('commonjs') });

/** Rewrites the file, so that it has only these. */
function leanManifest(path: string): void {
  writeFileSync(path, `${JSON.stringify(Read.parse(JSON.parse(readFileSync(path, 'utf8'))), null, 2)}\n`);
}

if (require.main === module) leanManifest(join(__dirname, '..', 'package.json'));
