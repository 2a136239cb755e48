/** What a page of another site can do with the Temporal that runs here: nothing, whatever port it finds, by whatever name. */
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { request } from 'node:http';
import type { OutgoingHttpHeaders } from 'node:http';
import { Client, Connection } from '@temporalio/client';
import type { TemporalServer } from '../../cli/engine/server';
import { eventually } from '../fixtures/eventually';
import { ownTemporal } from '../fixtures/processes';

let temporal: TemporalServer;
let client: Client;

beforeAll(async () => {
  temporal = await ownTemporal();
  client = new Client({ connection: await Connection.connect({ address: temporal.address }) });
}, 60_000);

afterAll(async () => {
  await client.connection.close();
  await temporal.stop();
});

/** A job that waits for a worker which never comes. */
async function waitingJob(): Promise<string> {
  const workflowId = `job-${Math.random()}`;
  await client.workflow.start('anything', { taskQueue: 'nobody', workflowId });
  return workflowId;
}

const statusOf = async (workflowId: string): Promise<string> =>
  (await client.workflow.getHandle(workflowId).describe()).status.name;

interface Answered {
  readonly status: number;
  readonly text: string;
  readonly cookie: string;
}

/** An answer to what a browser could send; status 0 where there is none. */
function answerOf(url: string, headers: OutgoingHttpHeaders = {}, method = 'GET'): Promise<Answered> {
  return new Promise((resolve) => {
    const sent = request(url, { method, headers, agent: false, timeout: 5_000 }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.once('close', () =>
        resolve({ status: answer.statusCode ?? 0, text, cookie: answer.headers['set-cookie']?.[0] ?? '' }),
      );
    });
    sent.once('timeout', () => sent.destroy());
    sent.once('error', () => resolve({ status: 0, text: '', cookie: '' }));
    sent.end(method === 'POST' ? '{}' : undefined);
  });
}

const api = (base: string, path = ''): string => `${base}/api/v1/namespaces/default/workflows${path}`;
/** With it the Web UI asks for no token of its own pages. */
const PAST_CSRF = { authorization: 'Bearer x' };

test('a person reads, and ends a job, in the Web UI', async () => {
  const { uiUrl } = temporal;
  const job = await waitingJob();
  expect((await answerOf(`${uiUrl}/namespaces/default/workflows`)).text).toContain('<html');
  // The UI connects to the server beside it while that starts, and may have to try once more.
  const { cookie } = await eventually('a Web UI that reads', async () => {
    const read = await answerOf(api(uiUrl));
    return read.status === 200 ? read : undefined;
  });
  const token = /_csrf=([^;]+)/.exec(cookie)?.[1] ?? '';
  const headers = { origin: uiUrl, cookie: `_csrf=${token}`, 'x-csrf-token': token };
  expect((await answerOf(api(uiUrl, `/${job}/terminate`), headers, 'POST')).status).toBe(200);
  expect(await statusOf(job)).toBe('TERMINATED');
});

test.each([
  ['by a name that leads to this machine (DNS rebinding)', { host: 'evil.example' }],
  ['by such a name, with its origin', { host: 'evil.example:8233', origin: 'http://evil.example:8233' }],
  ['by a form that it sends across sites', { origin: 'http://evil.example' }],
  ['from a sandboxed frame', { origin: 'null' }],
  ['from another port of this machine', { origin: 'http://127.0.0.1:3000' }],
])('a page of another site is refused %s', async (_how, headers) => {
  const job = await waitingJob();
  expect((await answerOf(api(temporal.uiUrl), headers)).status).toBe(403);
  const refused = await answerOf(api(temporal.uiUrl, `/${job}/terminate`), { ...headers, ...PAST_CSRF }, 'POST');
  expect(refused).toMatchObject({ status: 403, text: expect.stringContaining('for pages of its own') as string });
  expect(await statusOf(job)).toBe('RUNNING');
});

/** Addresses that a process listens on, as Linux tells them. */
function listenersOf(pid: number): { readonly host: string; readonly port: number }[] {
  const sockets = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /socket:\[(\d+)\]/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      return []; // closed by now
    }
  });
  return readFileSync(`/proc/${pid}/net/tcp`, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode = '']) => state === '0A' && sockets.includes(inode))
    .map(([, local = '']) => {
      const [address = '', port = ''] = local.split(':');
      return { host: [...Buffer.from(address, 'hex')].reverse().join('.'), port: parseInt(port, 16) };
    });
}

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('no other port of Temporal that a page could find takes an order, by whatever name', async () => {
  const listeners = listenersOf(temporal.pid);
  expect(listeners.length).toBeGreaterThan(3);
  const found = listeners.filter(({ host }) => host === '127.0.0.1');
  expect(listeners.length - found.length).toBe(1); // the Web UI itself, at an address that is one of 16 million
  const job = await waitingJob();
  for (const { port } of found) {
    for (const host of ['evil.example', `127.0.0.1:${port}`, `localhost:${port}`]) {
      const base = `http://127.0.0.1:${port}`;
      const read = await answerOf(api(base), { host });
      expect({ port, host, status: read.status }).not.toMatchObject({ status: 200 });
      await answerOf(api(base, `/${job}/terminate`), { host, ...PAST_CSRF }, 'POST');
    }
  }
  expect(await statusOf(job)).toBe('RUNNING');
});
