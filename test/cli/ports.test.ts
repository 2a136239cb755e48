/** The ports of a data directory, from one start to the next. */
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPorts } from '../../cli/dev/ports';

const scratch = (): string => mkdtempSync(join(tmpdir(), 'holdfast-ports-'));
let said: string[];
const say = (line: string): void => void said.push(line);
beforeEach(() => (said = []));

test('a name has the same port at each start, whatever else is free', async () => {
  const dataDir = scratch();
  const port = await createPorts(dataDir, say).of('Temporal', 0);
  expect(await createPorts(dataDir, say).of('Temporal', 1)).toBe(port);
  expect(said).toEqual([]);
});

test('a port that another program has taken is replaced, with a line that says so', async () => {
  const dataDir = scratch();
  const port = await createPorts(dataDir, say).of('The Web UI', 0);
  const holder = createServer().listen(port, '127.0.0.1');
  await once(holder, 'listening');
  const other = await createPorts(dataDir, say).of('The Web UI', 0);
  holder.close();
  expect(said).toEqual([
    `The Web UI is at port ${other} now: ${port}, where it was at the last start, is taken. Links to that are dead.`,
  ]);
});

test('two names never have one port, also before anybody listens on it', async () => {
  const ports = createPorts(scratch(), say);
  const first = await ports.of('Gateway 1', 0);
  expect(await ports.of('Gateway 2', first)).not.toBe(first);
});
