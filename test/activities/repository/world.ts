/** Builds real repositories in temporary folders, and runs the steps on them as a worker would. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { RepositoryConfig } from '../../../activities/repository/clones';
import { createRepositorySteps } from '../../../activities/repository/steps';
import type { RepositorySteps } from '../../../activities/repository/steps';

type Tree = Readonly<Record<string, string | Buffer>>;

const roots: string[] = [];
const environment = { ...process.env };
afterEach(() => {
  process.env = { ...environment };
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

/** A temporary folder with an offered part, a part that is not offered, and a cache. Removed after the test. */
export function world({ maxBytes = 1024 ** 3, ...more }: Partial<RepositoryConfig> = {}) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-repository-')));
  roots.push(root);
  const offered = join(root, 'offered');
  mkdirSync(offered);
  const repository = { cacheDir: join(root, 'cache'), localPaths: [offered], maxBytes, ...more };
  const activities = createRepositorySteps(repository);
  return {
    root,
    offered,
    cacheDir: repository.cacheDir,
    activities,
    /** A worker on another machine: nothing in its cache. */
    otherWorker: () => createRepositorySteps({ ...repository, cacheDir: join(root, 'other-cache') }),
  };
}

/** What a worker gives to one attempt at a step. */
export function attempt(): MockActivityEnvironment {
  return new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
}

/** Runs a step outside of any worker. */
export function run<I, O>(step: (input: I) => Promise<O>, input: I, environment = attempt()): Promise<O> {
  return environment.run(step, input);
}

/** The whole analysis, in the order of the workflow. */
export async function analyze(activities: RepositorySteps, url: string, ref?: string) {
  const repository = await run(activities.fetchRepository, { url, ref });
  const inventory = await run(activities.takeInventory, repository);
  const dependencies = await run(activities.readDependencies, repository);
  const history = await run(activities.readHistory, repository);
  const findings = { repository, inventory, dependencies, history };
  return { ...findings, report: await run(activities.writeReport, findings) };
}

/** The failure that a step ends with; fails the test when it ends with none. */
export async function failureOf(
  step: Promise<unknown>,
): Promise<{ type: unknown; message: string; nonRetryable: unknown }> {
  const error: unknown = await step.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error('The step was expected to fail.');
  return { type: Reflect.get(error, 'type'), message: error.message, nonRetryable: Reflect.get(error, 'nonRetryable') };
}

/** Git as a person would run it, in a folder; returns what it prints. */
export function git(folder: string, ...args: string[]): string {
  const settings = ['user.name=Ada', 'user.email=ada@example.com', 'init.defaultBranch=main', 'maintenance.auto=false'];
  return execFileSync('git', [...settings.flatMap((setting) => ['-c', setting]), ...args], {
    cwd: folder,
    env: process.env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}

/** A repository with one commit for each tree. */
export function repositoryIn(folder: string, ...commits: Tree[]): string {
  mkdirSync(folder, { recursive: true });
  git(folder, 'init', '-q');
  for (const tree of commits) {
    for (const [path, content] of Object.entries(tree)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    git(folder, 'add', '-A', '-f');
    git(folder, 'commit', '-q', '-m', 'change');
  }
  return folder;
}

/** What a path is called to be fetched as a repository elsewhere is. Needs {@link replaceGit}, whose git knows where it is. */
export const elsewhere = (path: string): string => `https://example.com${path}`;

/**
 * Puts a shell script in git's place for one of its commands; `$dir` is the repository that it was called for. What is
 * {@link elsewhere} is read from its path, by all commands.
 */
export function replaceGit(folder: string, command: string, script: string): void {
  const real = execFileSync('which', ['git'], { encoding: 'utf8' }).trim();
  mkdirSync(join(folder, 'bin'));
  const lines = [
    '#!/bin/sh',
    'dir=${1#--git-dir=}',
    'for argument; do',
    '  shift',
    '  case "$argument" in https://example.com/*)',
    '    argument="file:///${argument#https://example.com/}" GIT_ALLOW_PROTOCOL=file',
    '  ;; esac',
    '  set -- "$@" "$argument"',
    'done',
    `case " $* " in *" ${command} "*)`,
    script,
    ';; esac',
    `exec ${real} "$@"`,
  ];
  writeFileSync(join(folder, 'bin', 'git'), lines.join('\n'), { mode: 0o755 });
  process.env['PATH'] = `${join(folder, 'bin')}:${process.env['PATH']}`;
}
