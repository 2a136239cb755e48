/** The three places that upstreams come from: `upstreams` and `mcpServers` of holdfast.yaml, and a file of MCP servers. */
import { misreadBy, namedBy, textsOf } from './expand';
import { problemsAt } from './file';
import type { Misfit, Problem } from './file';
import { serversIn, upstreamsOf } from './mcp-servers';
import type { FromServer, FromServers } from './mcp-servers';
import type { UpstreamSettings, Upstreams } from './upstreams';
import type { Written } from './written';

/** All upstreams, as they are written: nothing in them is expanded. */
export interface Gathered {
  readonly upstreams: Upstreams;
  readonly problems: readonly Problem[];
  readonly doubts: readonly string[];
  /** Variables that they name. */
  readonly named: readonly string[];
  /** By an upstream's name: where it stands, for people. */
  readonly origins: Readonly<Record<string, string>>;
}

/** A place that upstreams come from. */
interface Source {
  readonly written: Written;
  /** What leads there. */
  readonly path: readonly string[];
  readonly from: FromServers;
}

/** An upstream that was found, and where. */
interface Found extends FromServer {
  readonly source: Source;
}

/**
 * Gathers them. A name that comes from two places is a mistake: neither could be told from the other.
 *
 * @param yaml - holdfast.yaml, if there is one, and what it says
 * @param servers - the file of MCP servers, if there is one
 */
export function gathered(
  yaml: { readonly written: Written; readonly upstreams: Upstreams; readonly mcpServers: unknown } | undefined,
  servers: Written | undefined,
): Gathered {
  const sources: Source[] = [];
  if (yaml) {
    const { written, upstreams, mcpServers } = yaml;
    sources.push({ written, path: ['upstreams'], from: ownOf(upstreams) });
    sources.push({ written, path: ['mcpServers'], from: upstreamsOf(mcpServers) });
  }
  if (servers) {
    const { servers: map, path } = serversIn(servers.value);
    sources.push({ written: servers, path, from: upstreamsOf(map) });
  }
  const found = sources.flatMap((source) => source.from.upstreams.map((upstream): Found => ({ ...upstream, source })));
  return {
    upstreams: Object.fromEntries(found.map(({ name, settings }) => [name, settings])),
    origins: Object.fromEntries(found.map((one) => [one.name, placeOf(one)])),
    named: found.flatMap(({ settings }) => namedBy(settings)),
    problems: [
      ...sources.flatMap(({ written, path, from }) => problemsAt(from.misfits.map(under(path)), written)),
      ...found.flatMap((one, at) => [...misread(one), ...foundBefore(one, found.slice(0, at))]),
    ],
    doubts: [
      ...sources.flatMap(({ from }) => from.doubts),
      ...(servers && isEmpty(sources.at(-1)?.from) ? [`${servers.path} names no MCP server.`] : []),
      ...found.filter(({ source }) => source.written !== servers).flatMap(secretsIn),
    ],
  };
}

const isEmpty = (from: FromServers | undefined): boolean => from?.upstreams.length === 0 && from.misfits.length === 0;

const ownOf = (upstreams: Upstreams): FromServers => ({
  upstreams: Object.entries(upstreams).map(([name, settings]) => ({ name, server: name, settings })),
  misfits: [],
  doubts: [],
});

const under =
  (path: readonly string[]) =>
  ({ setting, at, message }: Misfit): Misfit => ({ setting: [...path, ...setting], at: [...path, ...at], message });

const placeOf = ({ server, source: { written, path } }: Found): string =>
  `${[...path, server].join('.')} of ${written.path}`;

/** A problem at one of its settings. */
function problemOf(
  { server, source: { written, path } }: Found,
  setting: readonly string[],
  message: string,
): Problem[] {
  const at = [...path, server, ...setting];
  return problemsAt([{ setting: at, at, message }], written);
}

const misread = (found: Found): Problem[] =>
  misreadBy(found.settings).flatMap(({ setting, message }) => problemOf(found, setting, message));

/** Two servers of one file are told apart where that is read. */
function foundBefore(found: Found, before: readonly Found[]): Problem[] {
  const first = before.find(({ name, source }) => name === found.name && source !== found.source);
  return first
    ? problemOf(found, [], `${found.name} is the name of ${placeOf(first)}, too: rename one of them, or take one out`)
    : [];
}

const SECRET = /authorization|api-?_?key|token|secret|passw/i;

/** Secrets that stand in the file themselves, which gateways read as well. */
function secretsIn(found: Found): string[] {
  const plain = textsOf(found.settings).filter(
    ({ text, setting }) => isSecret(found.settings, setting) && !text.includes('${'),
  );
  return plain.map(
    ({ setting }) =>
      `${setting.join('.')} of ${placeOf(found)} looks like a secret, which does not belong into this file: put it into a variable of the workers, and write \${NAME}.`,
  );
}

function isSecret(settings: UpstreamSettings, [group = '', name = '']: readonly string[]): boolean {
  if (group === 'auth' && 'openapi' in settings) return true;
  if (group === 'oauth') return name === 'client_secret';
  return (group === 'headers' || group === 'env') && SECRET.test(name);
}
