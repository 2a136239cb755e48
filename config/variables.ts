/** The environment variables of all processes: how one is read, and which are set that nothing reads. */
import { z } from 'zod';
import { BadSetting } from './file';
import { nearestTo } from './nearest';

/** A secret may come from a file: the same name with `_FILE` behind it. */
export const orFile = (...names: readonly string[]): string[] => names.flatMap((name) => [name, `${name}_FILE`]);

const EITHER = ['HOLDFAST_CONFIG', 'HOLDFAST_LOG_LEVEL', 'HOLDFAST_MCP_SERVERS', 'HOLDFAST_METRICS'];

/** Our variables, by what reads them. The processes that `holdfast dev` starts get those of their kind, and no others. */
export const READ = {
  gateway: [
    ...EITHER,
    ...orFile('HOLDFAST_SECRET', 'HOLDFAST_SECRET_PREVIOUS'),
    'HOLDFAST_HOST',
    'HOLDFAST_PATIENCE',
    'HOLDFAST_PORT',
    'HOLDFAST_TEMPORAL_UI',
  ],
  worker: [
    ...EITHER,
    ...orFile('HOLDFAST_WEBHOOK_SECRET', 'HOLDFAST_WEBHOOK_SECRET_OLD'),
    'HOLDFAST_ALIVE_FILE',
    'HOLDFAST_CODE_DIR',
    'HOLDFAST_DATA_DIR',
    'HOLDFAST_DOCUMENTS',
    'HOLDFAST_DRAIN',
    'HOLDFAST_GIT_LOCAL_PATHS',
  ],
  commands: [...orFile('HOLDFAST_API_KEY'), 'HOLDFAST_URL'],
};

/** Whichever process reads it: one shell, or one container, may serve several. */
const KNOWN = [...READ.gateway, ...READ.worker, ...READ.commands];

/** What Kubernetes sets in every pod beside a service whose name begins with `holdfast`; and what the tests of Holdfast set. */
const NOT_OURS = /_SERVICE_(HOST|PORT)|_PORT(_|$)|^HOLDFAST_TEST_/;

/** HOLDFAST_PORT. */
export const Port = z.coerce
  .number('must be a port number, or 0 for any free one')
  .int('must be a port number, or 0 for any free one')
  .min(0, 'must be a port number, or 0 for any free one')
  .max(65_535, 'must be a port number, at most 65535')
  .optional();

/**
 * Reads variables. An empty one counts as not set, since Compose passes on what is not set so.
 *
 * @throws BadSetting that names every wrong one
 */
export function variablesIn<T extends z.ZodType>(schema: T, env: NodeJS.ProcessEnv): z.output<T> {
  const result = schema.safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')));
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    ({ path, message }) => `${path.map(String).join('.')} ${message}${hint(env[String(path[0])])}`,
  );
  throw new BadSetting(`${problems.join('; ')}.`);
}

/** Kubernetes writes the address of a service called holdfast into HOLDFAST_PORT. */
const hint = (value = ''): string =>
  value.startsWith('tcp://')
    ? ' (Kubernetes set it for a service of this name: give the pod enableServiceLinks: false)'
    : '';

/**
 * A sentence for each variable that looks like one of ours and that nothing reads.
 *
 * @param named - variables that the configuration names itself
 */
export function unreadIn(env: NodeJS.ProcessEnv, named: readonly string[]): string[] {
  const known = [...KNOWN, ...named];
  return Object.keys(env)
    .filter((name) => name.startsWith('HOLDFAST_') && !known.includes(name) && !NOT_OURS.test(name))
    .map((name) => {
      const meant = nearestTo(name, known);
      return `${name} is set, and nothing reads it${meant === undefined ? '.' : `: did you mean ${meant}?`}`;
    });
}
