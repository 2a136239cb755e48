/** The folder of bundles, which several workers share. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowService } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { assertWhole, earlierVersions, keepBundle } from '../../worker/versions';

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'holdfast-code-'));

function newBundle(code: string): string {
  const bundle = join(newFolder(), 'workflows.bundle.js');
  writeFileSync(bundle, code);
  return bundle;
}

const TIMES = 100;
const VERSIONS = join(__dirname, '..', '..', 'dist', 'worker', 'versions.js');

/** A process with the id that the first process of every container has; it keeps a bundle in many folders, and tells what failed. */
async function containerised(dir: string, bundle: string) {
  const code = `
    Object.defineProperty(process, 'pid', { value: 1 });
    const { join } = require('node:path');
    const { keepBundle, assertWhole } = require(${JSON.stringify(VERSIONS)});
    process.once('message', () => {
      const failures = [];
      for (let time = 0; time < ${TIMES}; time += 1)
        try { assertWhole(keepBundle(join(${JSON.stringify(dir)}, String(time)), ${JSON.stringify(bundle)})); } catch ({ message }) { failures.push(message); }
      process.send(failures, () => process.disconnect());
    });
    process.send('ready');`;
  const script = join(newFolder(), 'container.js');
  writeFileSync(script, code);
  const child = fork(script);
  await once(child, 'message');
  return async (): Promise<unknown> => {
    child.send('go');
    const [failures] = (await once(child, 'message')) as [unknown];
    return failures;
  };
}

test('two containers that keep a bundle at one time never see half of it', async () => {
  const dir = newFolder();
  const bundle = newBundle('x'.repeat(2_000_000));
  const go = await Promise.all([containerised(dir, bundle), containerised(dir, bundle)]);
  expect(await Promise.all(go.map((keep) => keep()))).toEqual([[], []]);
  expect(readdirSync(dir).map((time) => readdirSync(join(dir, time)).length)).toEqual(Array<number>(TIMES).fill(1));
});

test('a bundle that was cut off, or is empty, is not the code of its jobs', () => {
  const version = keepBundle(newFolder(), newBundle('module.exports = {};'));
  expect(() => assertWhole(version)).not.toThrow();
  for (const damaged of [readFileSync(version.bundle, 'utf8').slice(0, 9), '']) {
    writeFileSync(version.bundle, damaged);
    expect(() => assertWhole(version)).toThrow('is damaged');
  }
});

test('a bundle that is there is left alone: a worker that starts again needs no room on the disk', () => {
  const [dir, bundle] = [newFolder(), newBundle('now')];
  const { bundle: kept } = keepBundle(dir, bundle);
  utimesSync(kept, 0, 0);
  keepBundle(dir, bundle);
  expect(statSync(kept).mtimeMs).toBe(0);
});

test('a bundle that is damaged is replaced', () => {
  const [dir, bundle] = [newFolder(), newBundle('now')];
  writeFileSync(keepBundle(dir, bundle).bundle, 'no');
  expect(() => assertWhole(keepBundle(dir, bundle))).not.toThrow();
});

test('Temporal is asked only about what is named as a version', async () => {
  const dir = newFolder();
  const present = keepBundle(dir, newBundle('now'));
  const earlier = keepBundle(dir, newBundle('then'));
  for (const name of ['.js', 'notes.js', `${earlier.buildId}.copy.js`]) writeFileSync(join(dir, name), '');
  const asked: unknown[] = [];
  const service = {
    describeWorkerDeploymentVersion: ({ deploymentVersion }: { deploymentVersion: { buildId: string } }) => {
      asked.push(deploymentVersion.buildId);
      return Promise.resolve({ workerDeploymentVersionInfo: {} });
    },
  } as unknown as WorkflowService;
  expect(await earlierVersions(dir, present, { service, namespace: 'default' })).toEqual([earlier]);
  expect(asked).toEqual([earlier.buildId]);
});

test('the newest of the earlier versions comes first', async () => {
  const dir = newFolder();
  const present = keepBundle(dir, newBundle('now'));
  const kept = ['then', 'before'].map((code) => keepBundle(dir, newBundle(code)));
  const [older, old] = kept.sort((one, other) => one.buildId.localeCompare(other.buildId)); // not as the folder lists them
  const service = {
    describeWorkerDeploymentVersion: ({ deploymentVersion }: { deploymentVersion: { buildId: string } }) =>
      Promise.resolve({
        workerDeploymentVersionInfo: { createTime: msToTs(deploymentVersion.buildId === old?.buildId ? 2_000 : 1_000) },
      }),
  } as unknown as WorkflowService;
  expect(await earlierVersions(dir, present, { service, namespace: 'default' })).toEqual([old, older]);
});

test('what a worker has left that was killed while it wrote is removed, and what another writes now is not', () => {
  const dir = newFolder();
  const bundle = newBundle('now');
  const { buildId } = keepBundle(dir, bundle);
  const [left, written, foreign] = [`${buildId}.a.part`, `${buildId}.b.part`, 'notes.part'];
  for (const name of [left, written, foreign]) writeFileSync(join(dir, name), '');
  for (const name of [left, foreign]) utimesSync(join(dir, name), 0, 0);
  keepBundle(dir, bundle);
  expect(readdirSync(dir).sort()).toEqual([`${buildId}.js`, written, foreign].sort());
});

test('a folder in which nothing can be written is told in one sentence', () => {
  const file = newBundle('a file, and no folder');
  expect(() => keepBundle(join(file, 'code'), file)).toThrow(
    /^HOLDFAST_CODE_DIR names .+\/code, where the code of jobs cannot be kept \(ENOTDIR\)\. Name a folder/,
  );
});
