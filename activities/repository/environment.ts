/**
 * The environment of a git process: none of the machine's or the user's git configuration, no credentials, no prompts, no
 * programs that a repository names. Every repository counts as hostile, also one on this machine.
 */
import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Settings for every git process, written to a file. `-c` options would not do: git does not pass them on to the `upload-pack`
 * that serves a local source, which needs `safe.directory` and would read the source's own configuration.
 */
const SETTINGS = `
[core]
	hooksPath = /dev/null
	fsmonitor = false
	attributesFile = /dev/null
	askPass = /bin/false
	bigFileThreshold = 16m ; larger files count as binary and are never held in memory
	packedGitWindowSize = 32m ; packs are mapped in parts, within the memory limit
	packedGitLimit = 512m
	commitGraph = false ; what a local repository sums up of its own history is not believed
	multiPackIndex = false
[safe]
	directory = *
	bareRepository = explicit
[credential]
	helper =
[protocol]
	allow = never
[http]
	; Hosting sites redirect renamed repositories, in the first request only. Later redirects are refused, and the
	; protocol list confines even the first to https. The tunnel checks where each of them leads.
	followRedirects = initial
	lowSpeedLimit = 1000
	lowSpeedTime = 60
[fetch]
	unpackLimit = 1 ; one pack instead of many files, so that the size on disk is cheap to watch
	recurseSubmodules = false
[submodule]
	recurse = false
[gc]
	auto = 0
[maintenance]
	auto = false
[log]
	showSignature = false
	mailmap = false ; history.ts asks for mapped names itself
[mailmap]
	blob = refs/holdfast/commit:.mailmap ; of the commit that is analyzed
[pack]
	threads = 2
	windowMemory = 64m
`;

/** The variables that are passed on from our own environment, and no others: where programs and trusted certificates are. */
const INHERITED = ['PATH', 'GIT_SSL_CAINFO'];

/**
 * Writes the settings file, unless it exists.
 *
 * @returns its path. Its name holds a hash of the content, so that workers of two versions can share a folder.
 */
export async function writeSettings(cacheDir: string): Promise<string> {
  const file = join(cacheDir, `git-${createHash('sha256').update(SETTINGS).digest('hex').slice(0, 12)}.config`);
  const exists = await access(file).then(
    () => true,
    () => false,
  );
  if (!exists) {
    await mkdir(cacheDir, { recursive: true, mode: 0o700 });
    const draft = `${file}.${randomUUID()}`;
    try {
      await writeFile(draft, SETTINGS);
      await rename(draft, file);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }
  return file;
}

/**
 * The environment variables of a git process.
 *
 * @param settings - path of the settings file
 * @param protocol - the one transport that it may use; absent: none. No configuration can allow more.
 * @param proxy - through which all that it sends to the network goes
 */
export function environmentOf(
  cacheDir: string,
  settings: string,
  protocol?: 'https' | 'file',
  proxy?: string,
): NodeJS.ProcessEnv {
  return {
    ...Object.fromEntries(INHERITED.map((name) => [name, process.env[name]])),
    HOME: '/nonexistent', // no ~/.netrc, no ~/.config/git
    LC_ALL: 'C', // remote-failure.ts reads git's messages in English
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: settings,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_ALLOW_PROTOCOL: protocol ?? 'none',
    ...(proxy !== undefined && { https_proxy: proxy, http_proxy: proxy, GIT_HTTP_PROXY_AUTHMETHOD: 'basic' }),
    GIT_ASKPASS: '/bin/false',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CEILING_DIRECTORIES: dirname(cacheDir), // never finds a repository around the cache
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_OPTIONAL_LOCKS: '0',
  };
}
