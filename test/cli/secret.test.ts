/** The secret of a stack's gateways. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { secretFile } from '../../cli/dev/secret';

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'holdfast-secret-'));
const secretIn = (dataDir: string): string => readFileSync(secretFile(dataDir), 'utf8');

test('it stays the same from start to start', () => {
  const dataDir = newFolder();
  expect(secretIn(dataDir)).toBe(secretIn(dataDir));
});

test('a start on a full disk, which leaves an empty file, does not keep the next one from making it', () => {
  const dataDir = newFolder();
  writeFileSync(join(dataDir, 'secret'), '');
  expect(secretIn(dataDir)).toMatch(/^[0-9a-f]{64}\n$/);
});
