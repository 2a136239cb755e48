/** A caller chooses the host: git reaches the public internet, and inside it only what the operator lists. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { failureOf, run, world } from './world';

/** A port of this machine that answers whoever connects with `bytes`, and how often somebody did. */
async function port(bytes: string) {
  const found = { knocks: 0, number: 0 };
  const server = createServer((socket) => {
    found.knocks += 1;
    socket.on('error', () => undefined).end(bytes);
  });
  await once(server.listen(0), 'listening');
  found.number = (server.address() as AddressInfo).port;
  return Object.assign(found, { close: () => server.close() });
}

const hosts = ['127.0.0.1', '[::1]', '0x7f000001', '2130706433', 'localhost', '[::ffff:127.0.0.1]', '169.254.169.254'];

test('private addresses are not connected to, however they are written, and nothing tells which ports are open', async () => {
  const { activities } = world();
  const open = await port('HTTP/1.1 404 Not Found\r\n\r\n');
  const closed = await port('');
  closed.close();
  const failures = new Set<string>();
  for (const host of hosts)
    for (const at of host === '127.0.0.1' ? [open.number, closed.number] : [open.number])
      failures.add(
        JSON.stringify(await failureOf(run(activities.fetchRepository, { url: `https://${host}:${at}/x` }))),
      );
  open.close();
  expect(open.knocks).toBe(0);
  expect([...failures]).toEqual([expect.stringContaining('The url names no host on the public internet')]);
  expect([...failures]).toEqual([expect.stringContaining('"type":"refused"')]);
});

test('a host that the operator lists is connected to, and a closed port and one without TLS read alike', async () => {
  const open = await port('SSH-2.0-OpenSSH\r\n');
  const closed = await port('');
  closed.close();
  const { activities } = world({ allow: [`127.0.0.1:${open.number}`, `127.0.0.1:${closed.number}`] });
  const at = (number: number) => failureOf(run(activities.fetchRepository, { url: `https://127.0.0.1:${number}/a/b` }));
  const [talking, silent] = [await at(open.number), await at(closed.number)];
  open.close();
  expect(open.knocks).toBeGreaterThan(0);
  expect(talking).toEqual(silent);
  expect(silent).toMatchObject({ type: 'unavailable', nonRetryable: false });
});
