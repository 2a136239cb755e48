/** Who adopts the package: by which package manager, in which language, with which modules. */
export interface Case {
  readonly manager: 'npm' | 'pnpm' | 'yarn';
  readonly language: 'ts' | 'js';
  readonly modules: 'esm' | 'cjs';
}

export const CASES: readonly Case[] = [
  { manager: 'npm', language: 'ts', modules: 'esm' },
  { manager: 'npm', language: 'js', modules: 'cjs' },
  { manager: 'npm', language: 'ts', modules: 'cjs' },
  { manager: 'npm', language: 'js', modules: 'esm' },
  { manager: 'pnpm', language: 'ts', modules: 'esm' },
  { manager: 'yarn', language: 'ts', modules: 'esm' },
];

/** As arguments of the command name it. */
export const nameOf = ({ manager, language, modules }: Case): string => `${manager}/${language}/${modules}`;

/** How each manager installs, without asking. */
export const INSTALL: Readonly<Record<Case['manager'], readonly string[]>> = {
  npm: ['npm', 'install', '--no-audit', '--no-fund', '--loglevel=error'],
  pnpm: ['npx', '--yes', 'pnpm@9', 'install', '--no-frozen-lockfile'],
  yarn: ['npx', '--yes', 'yarn@1.22.22', 'install', '--non-interactive', '--ignore-engines'],
};
