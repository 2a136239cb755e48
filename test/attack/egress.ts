/** Addresses that lead inside: at once, behind a name, by a redirect, or by a name that is public when it is asked for first. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { isPublic } from '../../activities/egress/address';
import { createEgress } from '../../activities/egress/egress';
import { EgressError } from '../../activities/egress/error';
import type { Resolve } from '../../activities/egress/guard';
import { createTunnels } from '../../activities/egress/tunnel';
import { createWebhooks } from '../../activities/webhooks/deliver';
import { HOSTILE_URLS, PRIVATE_ANSWERS, PUBLIC } from '../fixtures/addresses';
import { eventually } from '../fixtures/eventually';
import { onInternet } from './internet';
import type { Internet } from './internet';
import { createTally, mustGetIn } from './tally';
import type { Tally } from './tally';

/** Asks for a URL; whether it was reached. `from`: a host that the operator allows and that leads there. */
type Way = (url: string, resolve: Resolve, from?: string) => Promise<boolean>;

/** The ways out that callers can choose the address of. */
const WAYS: Readonly<Record<string, Way>> = {
  async 'a source'(url, resolve, from) {
    const request = { signal: new AbortController().signal, timeoutMs: 5_000, maxBytes: 1_000, redirects: 5 };
    return createEgress({ allow: from === undefined ? [] : [from] }, resolve)(
      from === undefined ? url : leading(from, url),
      request,
    ).then(() => true, isUnknown);
  },

  async 'a callback'(url, resolve, from) {
    const asked = from === undefined ? url : leading(from, url);
    const hosts = URL.canParse(asked) ? [new URL(asked).host] : [];
    const egress = createEgress({ allow: from === undefined ? [] : [from] }, resolve);
    const { send } = createWebhooks({ allowedHosts: hosts, secrets: ['s'.repeat(32)] }, egress);
    const notice = { job: 'job_0000000000000000', tool: 'echo', status: 'done', endedAt: '' } as const;
    return (await send({ url: asked, ...notice }, new AbortController().signal)) === 'accepted';
  },

  async git(url, resolve, from = 'git.example') {
    const authority = /^\s*\w*:?[\\/]*([^\\/?#]+)/.exec(url)?.[1] ?? '';
    const tunnel = await createTunnels([from], resolve)(new URL(`https://${from}/x`));
    const { hostname, port, username, password } = new URL(tunnel.proxy);
    const known = Buffer.from(`${username}:${password}`).toString('base64');
    const socket = connect(Number(port), hostname);
    socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: x\r\nProxy-Authorization: Basic ${known}\r\n\r\n`);
    const [said] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    tunnel.close();
    return said.toString().startsWith('HTTP/1.1 200');
  },
};

const leading = (from: string, to: string): string => `http://${from}/?to=${encodeURIComponent(to)}`;

/** A failure that is none of the policy's own would prove nothing. */
function isUnknown(error: unknown): boolean {
  if (error instanceof EgressError) return false;
  throw error;
}

/** A DNS that answers every question with the next of `answers`, and with the last of them for ever. */
function naming(...answers: (readonly string[])[]): Resolve {
  let asked = 0;
  return () => {
    const addresses = answers[Math.min(asked++, answers.length - 1)] ?? [];
    return Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
  };
}

const nth = <T>(list: readonly T[], n: number): T[] => list.slice(n % list.length).slice(0, 1);

/** A host that redirects to whatever it is told to. */
async function redirecting(): Promise<{ readonly at: string; readonly close: () => void }> {
  const server = createServer(({ url = '' }, response) => {
    const to = new URL(url, 'http://x').searchParams.get('to') ?? '';
    response.writeHead(302, { location: Buffer.from(to).toString('latin1') }).end(); // bytes, since a header holds no other characters
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { at: `127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

/** @param rebindings - how many names change their address, for each way */
export const egress = (rebindings: number): Promise<Tally> =>
  onInternet(async (internet) => {
    const { tried, ...tally } = createTally();
    const redirects = await redirecting();
    for (const [name, way] of Object.entries(WAYS)) {
      const attempt = async (what: string, url: string, resolve: Resolve, from?: string): Promise<void> =>
        tried(`${name}: ${what}`, await leadsInside(internet, () => way(url, resolve, from)));

      for (const [text] of HOSTILE_URLS) {
        const url = text.replace(':P', `:${internet.port}`);
        await attempt(url, url, naming(['127.0.0.1']));
        await attempt(`a redirect to ${url}`, url, naming(['127.0.0.1']), redirects.at);
      }
      const named = `https://name.example:${internet.port}/`;
      for (const addresses of PRIVATE_ANSWERS)
        await attempt(`a name for ${addresses.join()}`, named, naming(addresses));
      for (let n = 0; n < rebindings; n += 1) {
        const resolve = naming(nth(PUBLIC, n), ...nth(PRIVATE_ANSWERS, n));
        mustGetIn(`${name}: a public address`, await isConnected(internet, () => way(named, resolve)));
        await attempt(`a name that then leads to ${nth(PRIVATE_ANSWERS, n).join()}`, named, resolve);
      }
    }
    redirects.close();
    return { tried, ...tally };
  });

/** Whether a socket was led to a public address, and none to another. */
async function isConnected({ knocks, given }: Internet, reach: () => Promise<boolean>): Promise<boolean> {
  const [knocked, had] = [knocks(), given.length];
  await reach();
  await eventually('a socket that is connected', () => knocks() > knocked);
  return given.length === had + 1 && given.slice(had).every(isPublic);
}

/** Whether anything was reached, knocked at, or about to be connected to that is not public. */
async function leadsInside({ knocks, given }: Internet, reach: () => Promise<boolean>): Promise<boolean> {
  const [knocked, had] = [knocks(), given.length];
  return (await reach()) || knocks() > knocked || given.slice(had).some((address) => !isPublic(address));
}
