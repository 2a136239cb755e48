/** The environment of a server's process: what every program needs, and what the operator gives it. None of our secrets. */

const INHERITED = ['PATH', 'HOME', 'USER', 'LANG', 'TMPDIR', 'SHELL'];

export function environmentWith(given: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...Object.fromEntries(INHERITED.map((name) => [name, process.env[name]])), ...given };
}
