/**
 * holdfast.yaml as a whole, and the file of MCP servers beside it. Whoever reads it checks all of it, the other process's part too: what
 * a gateway promises, a worker has to keep.
 */
import type { z } from 'zod';
import { schemaFilesOf, withSchemas } from './catalog';
import type { Catalog } from './catalog';
import { badSettings, dotted, fitted, problemsAt } from './file';
import type { Misfit, Problem } from './file';
import { GatewayPart } from './gateway';
import { nearestTo } from './nearest';
import { Parts, unshared } from './parts';
import { expandedText, namedInText } from './references';
import { namesAt } from './schema';
import { gathered } from './upstream-sources';
import type { Upstreams } from './upstreams';
import { orFile, unreadIn } from './variables';
import { WorkerPart } from './worker';
import { jsonAt, yamlAt } from './written';
import type { Written } from './written';

/** What the file says, with the defaults of what it does not. */
export interface HoldfastFile {
  readonly gateway: z.output<typeof GatewayPart>;
  readonly worker: z.output<typeof WorkerPart>;
  /** From wherever they come, as they are written: only workers expand them. */
  readonly upstreams: Upstreams;
  /** Workflows that exist, as tools. */
  readonly catalog: Catalog;
  /** Paths of the files that all of this was read from, schemas that lie in files of their own included. */
  readonly files: readonly string[];
  /** The variables that the files name: those that every process needs, and those of workers. */
  readonly named: { readonly all: readonly string[]; readonly workers: readonly string[] };
}

/** What was found in the files. */
export interface Findings {
  /** What they say, if nothing in them is wrong. */
  readonly said: HoldfastFile | undefined;
  /** Paths of the files that were looked at; as far as the first one names them, if that is wrong. One may be missing. */
  readonly files: readonly string[];
  /** What is wrong. */
  readonly problems: readonly Problem[];
  /** What is strange, and keeps nothing from running: a sentence each. */
  readonly doubts: readonly string[];
  /** holdfast.yaml as it is written, for whoever finds more that is wrong with it; undefined: there is none, or it is no YAML. */
  readonly yaml: Pick<Written, 'path' | 'placeOf'> | undefined;
  /** By an upstream's name: where it stands. */
  readonly origins: Readonly<Record<string, string>>;
}

/**
 * Reads the files that HOLDFAST_CONFIG and HOLDFAST_MCP_SERVERS name; without one, as if it were empty.
 *
 * @throws BadSetting that names every wrong setting
 */
export function holdfastFile(env: NodeJS.ProcessEnv): HoldfastFile {
  const { said, problems, files } = findingsIn(env);
  if (said) return said;
  throw badSettings(problems, files);
}

/**
 * What is strange in the settings, and keeps nothing from running: a sentence each.
 *
 * @throws BadSetting as {@link holdfastFile} does
 */
export function doubtsIn(env: NodeJS.ProcessEnv): readonly string[] {
  const { said, problems, doubts } = findingsIn(env);
  if (said) return doubts;
  throw badSettings(problems);
}

/**
 * Reads the files, and finds everything that is wrong with them.
 *
 * @throws BadSetting when one cannot be read, or is not YAML or JSON
 */
export function findingsIn(env: NodeJS.ProcessEnv): Findings {
  const named: string[] = [];
  const path = env['HOLDFAST_CONFIG'] || undefined;
  const yaml = writtenAt(path, (at) => yamlAt(at, 'HOLDFAST_CONFIG', expandFor(env, named)));
  const servers = writtenAt(env['HOLDFAST_MCP_SERVERS'], (path) => jsonAt(path, 'HOLDFAST_MCP_SERVERS'));
  const parts = fitted(Parts, yaml?.value ?? {});
  const { gateway, worker, upstreams, mcpServers, catalog } = parts.fits ? parts.data : {};
  const found = gathered(yaml && { written: yaml, upstreams: upstreams ?? {}, mcpServers }, servers);
  const schemas = withSchemas(catalog ?? {}, path);
  const misfits = yaml ? problemsAt(parts.fits ? schemas.misfits : parts.misfits.map(withNearest), yaml) : [];
  const problems = [...(yaml && yaml.unexpanded.length > 0 ? yaml.unexpanded : misfits), ...found.problems];
  const files = [
    ...[path, env['HOLDFAST_MCP_SERVERS']].flatMap((file) => file || []),
    ...schemaFilesOf(catalog ?? {}, path),
  ];
  const said: HoldfastFile = {
    gateway: gateway ?? GatewayPart.parse({}),
    worker: worker ?? WorkerPart.parse({}),
    upstreams: found.upstreams,
    catalog: schemas.catalog,
    files,
    named: {
      all: orFile(...named),
      workers: orFile(...(worker ? namedByWorker(worker) : []), ...found.named),
    },
  };
  const unasked = gateway && worker ? unshared(worker.webhooks.allowed_hosts, gateway.webhooks.allowed_hosts) : [];
  return {
    said: problems.length > 0 ? undefined : said,
    files,
    yaml,
    problems,
    doubts: [
      ...unreadIn(env, [...said.named.all, ...said.named.workers]),
      ...(unasked.length === 0
        ? []
        : [
            `worker.webhooks.allowed_hosts names ${unasked.join(', ')}, and gateway.webhooks.allowed_hosts does not: callers cannot ask for callbacks there.`,
          ]),
      ...found.doubts,
      ...(worker ? unpolled(found.upstreams, worker.queues) : []),
    ],
    origins: found.origins,
  };
}

const writtenAt = (path: string | undefined, read: (path: string) => Written): Written | undefined =>
  path ? read(path) : undefined; // Compose passes on an empty one where none is set

/** Every process expands these parts, and needs the variables that they name. Of upstreams only workers do. */
const EXPANDED_BY_ALL: readonly unknown[] = ['gateway', 'worker'];

/** @param named - gets the variables that are named */
const expandFor =
  (env: NodeJS.ProcessEnv, named: string[]) =>
  (text: string, setting: readonly PropertyKey[]): string => {
    if (!EXPANDED_BY_ALL.includes(setting[0])) return text;
    named.push(...namedInText(text));
    return expandedText(text, env, dotted(setting));
  };

/** A name that is not known, with the one that was probably meant. */
function withNearest(misfit: Misfit): Misfit {
  const unknown = misfit.at.length > misfit.setting.length ? String(misfit.at.at(-1)) : undefined;
  const meant = unknown === undefined ? undefined : nearestTo(unknown, namesAt(misfit.setting));
  return meant === undefined ? misfit : { ...misfit, message: `${misfit.message}: did you mean ${meant}?` };
}

/** Variables with keys. */
const namedByWorker = ({ model, sources }: HoldfastFile['worker']): string[] =>
  [model?.key_env, sources.github?.token_env].filter((name) => name !== undefined);

/** Upstreams on a queue that no worker with this file polls. */
const unpolled = (upstreams: Upstreams, queues: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(upstreams).flatMap(([name, { queue }]) =>
    queue === undefined || queue in queues
      ? []
      : [
          `upstreams.${name}.queue is ${queue}, which is not in worker.queues: workers with this file do not run its calls.`,
        ],
  );
