/** The note of what runs in a data directory. */
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRecord, writeRecord } from '../../cli/dev/record';
import type { StackRecord } from '../../cli/dev/record';

const RECORD: StackRecord = {
  supervisor: process.pid,
  temporal: { address: '127.0.0.1:7233' },
  gateways: [{ url: 'http://127.0.0.1:8484/mcp', pid: 1 }],
  workers: [{ pid: 2, silent: false }],
  files: {},
};

test('a record is read as it was written', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-record-'));
  writeRecord(dataDir, RECORD, () => undefined);
  expect(readRecord(dataDir)).toEqual(RECORD);
});

test('a record that cannot be written is told, and ends nothing', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-record-'));
  mkdirSync(join(dataDir, `dev.json.${process.pid}`)); // stands for a disk that is full
  const said: string[] = [];
  writeRecord(dataDir, RECORD, (line) => said.push(line));
  expect(said).toEqual([expect.stringMatching(/dev\.json cannot be written \(EISDIR\)/)]);
});
