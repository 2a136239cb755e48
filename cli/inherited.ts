/** What the processes of a stack get of the shell's variables: those that they need. A secret is for the process that uses it. */
import type { HoldfastFile } from '../config/holdfast';
import { READ } from '../config/variables';

type Variables = Readonly<Record<string, string>>;

/** Where programs, folders and languages are; the second line is what Windows needs. */
const SYSTEM = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'TMPDIR', 'LANG', 'TZ', 'XDG_CONFIG_HOME', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
  ...['SystemRoot', 'ComSpec', 'PATHEXT', 'TEMP', 'TMP', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA'],
];
/** The variables that Node itself reads, by name: others begin with NODE_ too, such as the secret NODE_AUTH_TOKEN of a package registry. */
const NODE = ['NODE_ENV', 'NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'NODE_NO_WARNINGS', 'NODE_DEBUG'];
/** The proxies through which gRPC may go to Temporal. */
const PROXIES = ['grpc_proxy', 'https_proxy', 'http_proxy', 'no_grpc_proxy', 'no_proxy'];
/** Where git finds the authorities that it trusts. */
const GIT = ['GIT_SSL_CAINFO'];

/** The variables of each kind of process. */
export interface Inherited {
  readonly temporal: Variables;
  readonly gateway: Variables;
  readonly worker: Variables;
}

/**
 * The variables of `env` that each kind of process gets.
 *
 * @param named - those that the configuration names: for all processes, and for workers, such as that of a model's key
 */
export function inheritedOf(env: NodeJS.ProcessEnv, named: HoldfastFile['named']): Inherited {
  const locale = Object.keys(env).filter((name) => name.startsWith('LC_'));
  const client = Object.keys(env).filter((name) => name.startsWith('TEMPORAL_'));
  const pick = (...names: readonly string[]): Variables =>
    Object.fromEntries(
      [...SYSTEM, ...locale, ...names].flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
    );
  return {
    temporal: pick(),
    gateway: pick(...NODE, ...PROXIES, ...client, ...READ.gateway, ...named.all),
    worker: pick(...NODE, ...PROXIES, ...client, ...READ.worker, ...GIT, ...named.all, ...named.workers),
  };
}
