/** The ports of a data directory, from one start to the next. */
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPorts } from '../../cli/dev/ports';

const scratch = (): string => mkdtempSync(join(tmpdir(), 'holdfast-ports-'));
let said: string[];
const say = (line: string): void => void said.push(line);
beforeEach(() => (said = []));

async function held(port: number): Promise<Server> {
  const holder = createServer().listen(port, '127.0.0.1');
  await once(holder, 'listening');
  return holder;
}
async function released(holder: Server): Promise<void> {
  holder.close();
  await once(holder, 'close');
}

test('a name has the same port at each start, whatever else is free', async () => {
  const dataDir = scratch();
  const port = await createPorts(dataDir, say).of('Temporal', 0);
  expect(await createPorts(dataDir, say).of('Temporal', 1)).toBe(port);
  expect(said).toEqual([]);
});

test('a port that another program has is replaced, with a line that says so, by the same one for as long', async () => {
  const dataDir = scratch();
  const port = await createPorts(dataDir, say).of('The Web UI', 0);
  const holder = await held(port);
  const other = await createPorts(dataDir, say).of('The Web UI', 0);
  const later = await createPorts(dataDir, say).of('The Web UI', 0);
  await released(holder);
  expect(later).toBe(other);
  const line = `The Web UI is at port ${other} until ${port}, its own, is free at a start: another program has that now. Links to ${port} do not work meanwhile.`;
  expect(said).toEqual([line, line]);
});

test('a name goes back to its own port once that is free, with a line that says so once', async () => {
  const dataDir = scratch();
  const port = await createPorts(dataDir, say).of('The Web UI', 0);
  const holder = await held(port);
  const other = await createPorts(dataDir, say).of('The Web UI', 0);
  await released(holder);
  said = [];
  expect(await createPorts(dataDir, say).of('The Web UI', 0)).toBe(port);
  expect(await createPorts(dataDir, say).of('The Web UI', 0)).toBe(port);
  expect(said).toEqual([
    `The Web UI is at port ${port} again, which is free now. Links to ${other}, where it was meanwhile, are dead.`,
  ]);
});

test('two names never have one port, also before anybody listens on it', async () => {
  const ports = createPorts(scratch(), say);
  const first = await ports.of('Gateway 1', 0);
  expect(await ports.of('Gateway 2', first)).not.toBe(first);
});
