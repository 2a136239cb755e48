/** Requests that name another host, as a page would that the DNS leads here: in `Host`, `Origin`, the target, or in a second header of that name. */
import { connect } from 'node:net';
import { FOREIGN_HOSTS, FOREIGN_ORIGINS, FOREIGN_TARGETS, MALFORMED_HOSTS } from '../fixtures/names';
import { createTally, mustGetIn } from './tally';
import type { Tally } from './tally';

const BODY = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';

interface Head {
  readonly target?: string;
  readonly protocol?: string;
  /** Every `Host` that is sent; none: an empty list. */
  readonly hosts?: readonly string[];
  readonly more?: readonly string[];
}

/** @param key - one that is good: nothing but the name may be what is refused */
export async function names(url: string, key: string): Promise<Tally> {
  const { tried, ...tally } = createTally();
  const { host } = new URL(url);

  /** Whether the menu is answered. */
  function getsIn({ target = '/mcp', protocol = 'HTTP/1.1', hosts = [host], more = [] }: Head): Promise<boolean> {
    const head = [
      `POST ${target} ${protocol}`,
      ...hosts.map((name) => `Host: ${name}`),
      ...more,
      `Authorization: Bearer ${key}`,
      'Content-Type: application/json',
      'Accept: application/json, text/event-stream',
      'MCP-Protocol-Version: 2025-11-25',
      `Content-Length: ${BODY.length}`,
      'Connection: close',
    ];
    return new Promise((resolve) => {
      const { hostname, port } = new URL(url);
      let said = '';
      connect(Number(port), hostname)
        .on('data', (bytes) => (said += bytes.toString()))
        .on('error', () => undefined)
        .on('close', () => resolve(said.includes('"tools"')))
        .end(`${head.join('\r\n')}\r\n\r\n${BODY}`);
    });
  }

  for (const name of ['localhost', 'localhost:1', '127.0.0.1']) {
    mustGetIn(`Host ${name}`, await getsIn({ hosts: [name] }));
    mustGetIn(`the origin http://${name}`, await getsIn({ more: [`Origin: http://${name}`] }));
    mustGetIn(`the target http://${name}/mcp`, await getsIn({ target: `http://${name}/mcp` }));
  }

  const attempts: (readonly [what: string, head: Head])[] = [
    ...[...FOREIGN_HOSTS, ...MALFORMED_HOSTS].flatMap((name): [string, Head][] => [
      [`Host ${name}`, { hosts: [name] }],
      [`Host ${name} under a target of ours`, { target: `http://${host}/mcp`, hosts: [name] }],
      [`Host ${name} before ours`, { hosts: [name, host] }],
      [`Host ${name} after ours`, { hosts: [host, name] }],
      [`Host ${name} in a line that goes on`, { hosts: [`${host}\r\n ${name}`] }],
    ]),
    ...FOREIGN_ORIGINS.flatMap((origin): [string, Head][] => [
      [`Origin ${origin}`, { more: [`Origin: ${origin}`] }],
      [`Origin ${origin} before ours`, { more: [`Origin: ${origin}`, `Origin: http://${host}`] }],
      [`Origin ${origin} after ours`, { more: [`Origin: http://${host}`, `Origin: ${origin}`] }],
      [`Origin ${origin} after ours with a path`, { more: [`Origin: http://${host}/`, `Origin: ${origin}`] }],
    ]),
    ...FOREIGN_TARGETS.map((target): [string, Head] => [`the target ${target}`, { target }]),
    ['no Host', { hosts: [] }],
    ['no Host in HTTP/1.0', { hosts: [], protocol: 'HTTP/1.0' }],
    ['our Host twice', { hosts: [host, host] }],
    ['a space behind Host', { hosts: [], more: [`Host : ${host}`] }],
    ['two keys', { more: [`Authorization: Bearer ${key}`] }],
    ['two lengths', { more: ['Content-Length: 1'] }],
    ['a length and chunks', { more: ['Transfer-Encoding: chunked'] }],
  ];
  for (const [what, head] of attempts) tried(what, await getsIn(head));
  return { tried, ...tally };
}
