/** What a page of another site can do with the Web UI of the compose stack: nothing. Where HAProxy is installed, before a stand-in for the UI. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../cli/engine/ports';
import { packageRoot } from '../../cli/root';
import { eventually } from '../fixtures/eventually';
import { listening } from '../fixtures/listening';

const installed = spawnSync('haproxy', ['-v']).status === 0;
const ui = createServer((request, response) => response.end(`the UI's ${request.url}`));
const running: ChildProcess[] = [];

afterAll(async () => {
  running.forEach((child) => child.kill('SIGKILL'));
  if (ui.listening) await once(ui.close(), 'close');
});

/** HAProxy, with the stack's configuration on ports of its own; the port of the Web UI. */
async function door(hosts: string): Promise<number> {
  if (!ui.listening) await listening(ui);
  const address = ui.address();
  const behind = typeof address === 'object' && address ? address.port : 0;
  const [published, shown] = [await freePort(), await freePort()];
  const configuration = readFileSync(join(packageRoot(), 'deploy', 'haproxy.cfg'), 'utf8')
    .replace('bind :8484', `bind 127.0.0.1:${published}`)
    .replace('bind :8080', `bind 127.0.0.1:${shown}`)
    .replace('temporal-ui:8080 check resolvers docker init-addr none', `127.0.0.1:${behind}`);
  const file = join(mkdtempSync(join(tmpdir(), 'holdfast-haproxy-')), 'haproxy.cfg');
  writeFileSync(file, configuration);
  running.push(
    spawn('haproxy', ['-db', '-f', file], {
      env: { PATH: process.env['PATH'], TEMPORAL_UI_HOSTS: hosts },
      stdio: 'ignore',
    }),
  );
  await eventually('a HAProxy that answers', async () => (await statusOf(shown, ['Host: localhost'])) !== 0);
  return shown;
}

/** The status of the answer to a request with these headers alone; 0 where there is none. */
async function statusOf(port: number, headers: readonly string[], target = '/namespaces'): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (part: string) => (answer += part));
  const over = new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve));
  socket.write(
    `POST ${target} HTTP/1.1\r\n${[...headers, 'Connection: close', 'Content-Length: 0'].join('\r\n')}\r\n\r\n`,
  );
  await over;
  return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0);
}

(installed ? describe : describe.skip)('before the Web UI of the stack, HAProxy', () => {
  let port: number;
  beforeAll(async () => (port = await door('ui.example  box.example')));

  test.each([
    [['Host: 127.0.0.1:8080']],
    [['Host: localhost']],
    [['Host: [::1]:8080']],
    [['Host: UI.example']],
    [['Host: box.example:443', 'Origin: https://box.example:443']],
    [['Host: localhost:8080', 'Origin: http://localhost:8080']],
  ])('lets its own pages in: %j', async (headers) => {
    expect(await statusOf(port, headers)).toBe(200);
  });

  test.each([
    [['Host: evil.example']],
    [['Host: evil.example:8080', 'Origin: http://evil.example:8080']],
    [['Host: localhost.evil.example']],
    [['Host: localhost:8080', 'Origin: http://evil.example']],
    [['Host: localhost:8080', 'Origin: null']],
    [['Host: localhost:8080', 'Origin: http://localhost:3000']],
    [['Host: localhost:8080', 'Origin: http://localhost:8080', 'Origin: http://evil.example']],
    [['Host: localhost:8080', 'Origin: http://evil.example, http://localhost:8080']],
    [['Host: localhost, evil.example']],
    [['Host: ']],
  ])('refuses a page of another site: %j', async (headers) => {
    expect(await statusOf(port, headers)).toBe(403);
  });

  test.each([
    [['Host: localhost', 'Host: evil.example'], '/namespaces'],
    [['Host: localhost'], 'http://evil.example/namespaces'],
  ])('refuses a request that names two hosts: %j to %s', async (headers, target) => {
    expect([400, 403]).toContain(await statusOf(port, headers, target));
  });

  test('refuses every name but those of this machine where none is set', async () => {
    const unset = await door('');
    expect(await statusOf(unset, ['Host: ui.example'])).toBe(403);
    expect(await statusOf(unset, ['Host: localhost:8080'])).toBe(200);
  });
});
