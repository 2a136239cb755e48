/** Where the processes of a stack serve their metrics. */
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { metricsOf } from '../../cli/dev/metrics';
import { createPorts } from '../../cli/dev/ports';
import { freePort } from '../../cli/engine/ports';

const NAMES = ['Gateway 1', 'Worker 1', 'Worker 2'];
let dataDir: string;
let said: string[];
const say = (line: string): void => void said.push(line);
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'holdfast-metrics-'));
  said = [];
});
const at = (port: number) => metricsOf({ host: '127.0.0.1', port }, NAMES, createPorts(dataDir, say), say);

test('with port 0 each process has a free one of its own, and the same at the next start', async () => {
  const first = await at(0);
  expect(new Set(first.values()).size).toBe(NAMES.length);
  expect([...first.values()].every((address) => Number(address.split(':')[1]) > 1_023)).toBe(true);
  expect(await at(0)).toEqual(first);
});

test('a process whose port another program has serves none, which is told, and the others do', async () => {
  const taken = await freePort();
  const holder = createServer().listen(taken, '127.0.0.1');
  await once(holder, 'listening');
  const found = await at(taken - 1);
  holder.close();
  expect([...found.keys()]).not.toContain('Worker 1');
  expect(found.get('Gateway 1')).toBe(`127.0.0.1:${taken - 1}`);
  expect(said).toContain(
    `Port ${taken} is taken by another program: Worker 1 serves no metrics. Set HOLDFAST_METRICS to others, or to 0 for any.`,
  );
});

test('where no port is set, there are none', async () => {
  expect(await metricsOf(undefined, NAMES, createPorts(dataDir, say), say)).toEqual(new Map());
});
