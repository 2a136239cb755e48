/** `holdfast check`: reads the configuration as gateways and workers do, and says what is wrong with it and what it comes to. */
import { expandedAll } from '../config/expand';
import { BadSetting } from '../config/file';
import type { Problem } from '../config/file';
import { findingsIn } from '../config/holdfast';
import type { Findings, HoldfastFile } from '../config/holdfast';
import { targetOf } from '../config/target';
import { prefixOf } from '../config/tool-names';
import { enabledIn, kindOf } from '../config/upstreams';
import type { UpstreamSettings, Upstreams } from '../config/upstreams';
import { catalogLines, mistakesIn } from './catalogued';
import type { Say } from './say';

/**
 * Checks the files that the environment names, and says what it finds.
 *
 * @returns 0 when gateways and workers would take them, 1 when not
 * @throws BadSetting when the environment names no file
 */
export function check(env: NodeJS.ProcessEnv, say: Say): number {
  if (!env['HOLDFAST_CONFIG'] && !env['HOLDFAST_MCP_SERVERS'])
    throw new BadSetting(
      'This folder is no project: it has no holdfast.config. To check a configuration, name its file: holdfast check holdfast.yaml, or --mcp-servers mcp.json.',
    );
  return told(env, say, summaryOf);
}

/**
 * Checks the same files where a project has told its own settings already: says what is wrong with the others, and what is reached.
 *
 * @returns 0 when gateways and workers would take them, 1 when not
 */
export const checkReached = (env: NodeJS.ProcessEnv, say: Say): number =>
  told(env, say, ({ upstreams, catalog }, origins) => [
    ...(Object.keys(upstreams).length === 0 ? [] : upstreamsSummary(upstreams, elsewhere(origins, env))),
    ...catalogLines(catalog),
  ]);

/** Without those that are the project's own: what it is compiled to is no place that an author knows. */
const elsewhere = (origins: Findings['origins'], env: NodeJS.ProcessEnv): Findings['origins'] =>
  Object.fromEntries(
    Object.entries(origins).filter(([, origin]) => !origin.endsWith(` of ${env['HOLDFAST_CONFIG'] ?? ''}`)),
  );

function told(
  env: NodeJS.ProcessEnv,
  say: Say,
  summary: (said: HoldfastFile, origins: Findings['origins']) => readonly string[],
): number {
  const { doubts, said, origins, yaml, ...found } = findings(env);
  const problems = [...found.problems, ...(said && yaml ? mistakesIn(said.catalog, yaml) : [])];
  for (const problem of problems) say(`✗ ${lineOf(problem)}`);
  for (const doubt of [...doubts, ...(said ? unsetFor(said.upstreams, env) : [])]) say(`! ${doubt}`);
  if (!said || problems.length > 0) {
    say(problems.length === 1 ? '1 mistake.' : `${problems.length} mistakes.`);
    return 1;
  }
  for (const line of summary(said, origins)) say(line);
  return 0;
}

/** A file that is no YAML at all is told in the same way as one with a wrong setting. */
function findings(env: NodeJS.ProcessEnv): Findings {
  try {
    return findingsIn(env);
  } catch (error) {
    if (!(error instanceof BadSetting) || error.problems.length === 0) throw error;
    return { problems: error.problems, files: [], yaml: undefined, doubts: [], said: undefined, origins: {} };
  }
}

/** As compilers and editors have it, so that a terminal leads there. */
const lineOf = ({ file, place, setting, message }: Problem): string =>
  [place ? `${file}:${place.line}:${place.column}` : file, setting, message].filter(Boolean).join(': ');

/** Variables that workers need, and that are not set here. That may be right: here need not be where workers run. */
const unsetFor = (upstreams: Upstreams, env: NodeJS.ProcessEnv): string[] =>
  Object.values(expandedAll(enabledIn(upstreams), env)).flatMap((reached) =>
    'unset' in reached ? [`In this environment ${reached.unset}`] : [],
  );

function summaryOf({ gateway, upstreams, catalog }: HoldfastFile, origins: Findings['origins']): string[] {
  const { keys, quotas } = gateway;
  return [
    keys.length === 0
      ? 'Keys: none. Everyone on this machine is one caller.'
      : `Keys: ${keys.length}. ${keys.map(keyText).join(', ')}.`,
    `Quotas: ${quotas.caller} jobs of a caller, ${quotas.tenant} of a tenant.`,
    ...upstreamsSummary(upstreams, origins),
    ...catalogLines(catalog),
  ];
}

function upstreamsSummary(upstreams: Upstreams, origins: Findings['origins']): string[] {
  const all = Object.entries(upstreams);
  return [
    all.length === 0 ? 'Upstreams: none.' : `Upstreams: ${all.length}.`,
    ...all.flatMap(([name, settings]) => upstreamLines(name, settings, origins[name])),
  ];
}

const keyText = ({ tenant, subject, tools }: HoldfastFile['gateway']['keys'][number]): string =>
  `${tenant}/${subject}${tools ? ` (${tools.join(' ')})` : ''}`;

function upstreamLines(name: string, settings: UpstreamSettings, origin: string | undefined): string[] {
  const { disabled, prefix, allow, deny, policy, tools, on_change } = settings;
  return [
    `  ${name}  ${disabled ? 'disabled' : kindOf(settings)}  ${targetOf(settings)}${origin === undefined ? '' : `  (${origin})`}`,
    `    tools   ${prefixOf(name, prefix)}…: ${allow.join(' ')}${deny.length > 0 ? `, without ${deny.join(' ')}` : ''}`,
    `    policy  ${wordsOf(policy) || 'as the annotations say'}; changes: ${on_change}`,
    ...Object.entries(tools).map(([pattern, { description, ...rest }]) =>
      `    ${pattern}  ${[wordsOf(rest), description === undefined ? '' : 'a description of yours'].filter(Boolean).join(', ')}`.trimEnd(),
    ),
  ];
}

const wordsOf = (settings: Readonly<Record<string, unknown>>): string =>
  Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');
