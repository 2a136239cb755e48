/** `holdfast test` on a project's own tests, which use `holdfast/testing`: those that the documentation shows, and one that ends a worker in mid-step. */
import { chmodSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../cli/root';
import { addSnippets } from '../docs/snippets';
import type { Files } from '../docs/snippets';
import { eventually } from '../fixtures/eventually';
import { holdfast, newProject, writeIn } from '../fixtures/project';
import type { Said } from '../fixtures/project';

/** What a shell may be about besides. Tests have a Temporal of their own. */
const ELSEWHERE = { TEMPORAL_ADDRESS: '127.0.0.1:1', TEMPORAL_NAMESPACE: 'production' };

/** Runs the tests of a project. Returns what the runner says when they fail. */
async function failures(project: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { code, stdout, stderr } = await holdfast(project, ['test'], { ...ELSEWHERE, ...env });
  return code === 0 ? '' : stdout + stderr;
}

/** A project without the tool that `init` makes. */
function emptyProject(...[options]: Parameters<typeof newProject>): string {
  const root = newProject(options);
  rmSync(join(root, 'tools', 'greet'), { recursive: true });
  return root;
}

test('the tool and the tests that the documentation shows are as it says', async () => {
  const root = emptyProject();
  const files: Files = new Map();
  addSnippets(files, 'docs/projects.md');
  for (const [path, lines] of files) writeIn(root, path, lines.map(({ text }) => text).join('\n'));
  expect(await failures(root)).toBe('');
});

/** One process of tests has one stack: these tools share it, and their tests run one after the other. */
describe('in one project', () => {
  let ended: Said;
  beforeAll(async () => {
    const root = emptyProject();
    for (const tool of [slow, crunch, patient]) tool(root);
    writeIn(
      root,
      'all.test.ts',
      ['slow', 'crunch', 'patient'].map((tool) => `import './tools/${tool}/checks';`).join('\n'),
    );
    writeIn(root, 'other.test.ts', "throw new Error('This file is not named.');");
    ended = await holdfast(root, ['test', 'all.test.ts', '--test-reporter=tap'], ELSEWHERE);
  });

  /** How the runner says that a test has ended; all that it says where it does not come to it. */
  const endOf = (name: string): string => {
    const [, said = ended.stdout + ended.stderr] = ended.stdout.split(`# Subtest: ${name}\n`);
    return said.split('# Subtest: ')[0] ?? '';
  };

  test('the test file that is named is run, and no other', () => {
    expect(ended).toMatchObject({ code: 0, stdout: expect.not.stringContaining('not named') as string });
  });

  test('a test ends the worker in the midst of a step, and sees its job go on; and is told of a step that the job does not come to', () => {
    expect(endOf('it goes on')).toMatch(/^ok /);
  });

  test('what inThread has to compute is computed in a thread, where steps.ts exports it, and refused where not', () => {
    expect(endOf('in a thread')).toMatch(/^ok /);
  });

  test('the time of a job passes when the test says so: what it sleeps, with the steps between, and how long it may be answered', () => {
    expect(endOf('waits for hours')).toMatch(/^ok /);
  });

  test('the command ends with 0 where all tests pass', () => {
    expect(ended.code).toBe(0);
  });
});

test('with jest, without TypeScript, as CommonJS: a step that blocks the loop is not taken for lost, workflows of others are reached, and nothing is left behind', async () => {
  const other = emptyProject({ js: true, cjs: true });
  symlinkSync(join(packageRoot(), 'node_modules', 'jest'), join(other, 'node_modules', 'jest'));
  writeIn(other, 'node_modules/.bin/jest', `#!/usr/bin/env node\nrequire('../jest/bin/jest');\n`);
  chmodSync(join(other, 'node_modules', '.bin', 'jest'), 0o755);
  writeIn(
    other,
    'holdfast.config.js',
    `const { defineConfig } = require('holdfast');
module.exports = defineConfig({
  catalog: { stock: { description: 'Reads the stock.', workflow: 'Article', start: false, query: 'stock' } },
});`,
  );
  writeIn(
    other,
    'tools/busy/tool.js',
    `const { defineTool, z } = require('holdfast');
module.exports = defineTool({
  name: 'busy', description: 'Blocks.', step: 'block', policy: { heartbeat: '2 s' },
  input: z.object({}), output: z.object({ attempt: z.number() }), annotations: { readOnlyHint: true },
});`,
  );
  writeIn(
    other,
    'tools/busy/steps.js',
    `const { step } = require('holdfast/steps');
exports.block = step(async (_input, { attempt }) => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5_000);
  return { attempt };
});`,
  );
  writeIn(
    other,
    'tools/busy/busy.test.js',
    `const { callTool } = require('holdfast/testing');
const busy = require('./tool');
jest.setTimeout(120_000);
test('blocks', async () => {
  expect(await callTool(busy, {})).toMatchObject({ output: { attempt: 1 } });
});
test('asks a workflow that there is not', async () => {
  expect(await callTool({ name: 'stock' }, { workflow_id: 'none' })).toMatchObject({ failure: { kind: 'invalid_input' } });
});`,
  );
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-tests-'));
  expect(await failures(other, { TMPDIR: folder })).toBe('');
  const left = (): readonly string[] => readdirSync(folder).filter((name) => name.startsWith('holdfast-testing-'));
  await eventually('a folder without the data of the stack', () => left().length === 0);
});

function slow(root: string): void {
  writeIn(
    root,
    'tools/slow/tool.ts',
    `import { defineTool, z } from 'holdfast';
export const slow = defineTool({
  name: 'slow', description: 'Waits for a file.', step: 'hold', policy: { heartbeat: '2 s' },
  input: z.object({ file: z.string() }), output: z.object({ attempt: z.number() }), annotations: { readOnlyHint: true },
});`,
  );
  writeIn(
    root,
    'tools/slow/steps.ts',
    `import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { step } from 'holdfast/steps';
export const hold = step(async ({ file }: { file: string }, { signal, attempt }) => {
  while (!existsSync(file)) await pause(50, undefined, { signal });
  return { attempt };
});`,
  );
  writeIn(
    root,
    'tools/slow/checks.ts',
    `import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { killWorker, startTool } from 'holdfast/testing';
import { slow } from './tool';
test('it goes on', async () => {
  const job = await startTool(slow, { file: 'released' });
  await job.inStep('hold');
  await killWorker();
  writeFileSync('released', '');
  assert.deepEqual((await job.result()).output, { attempt: 2 });
  await assert.rejects(job.inStep('release'), /The job has ended \\(COMPLETED\\) without step release/);
});`,
  );
}

function crunch(root: string): void {
  writeIn(
    root,
    'tools/crunch/tool.ts',
    `import { defineTool, z } from 'holdfast';
export const crunch = defineTool({
  name: 'crunch', description: 'Computes.', step: 'crunch',
  input: z.object({ lost: z.boolean() }), output: z.object({ thread: z.boolean() }), annotations: { readOnlyHint: true },
});`,
  );
  writeIn(
    root,
    'tools/crunch/steps.ts',
    `import { isMainThread } from 'node:worker_threads';
import { inThread, step } from 'holdfast/steps';
export const found = inThread((_input: object) => !isMainThread);
const lost = inThread((_input: object) => !isMainThread);
export const crunch = step(async (input: { lost: boolean }, { signal }) => ({
  thread: await (input.lost ? lost : found)({}, signal),
}));`,
  );
  writeIn(
    root,
    'tools/crunch/checks.ts',
    `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callTool, runStep } from 'holdfast/testing';
import * as steps from './steps';
import { crunch } from './tool';
test('in a thread', async () => {
  assert.deepEqual((await callTool(crunch, { lost: false })).output, { thread: true });
  assert.match((await callTool(crunch, { lost: true })).text, /its steps.ts does not export/);
  assert.deepEqual(await runStep(steps.crunch, { lost: false }), { thread: false });
});`,
  );
}

function patient(root: string): void {
  writeIn(
    root,
    'tools/patient/tool.ts',
    `import { defineTool, z } from 'holdfast';
export const patient = defineTool({
  name: 'patient', description: 'Waits.', workflow: 'patient', policy: { budget: '2 days', ask: '2 hours' },
  input: z.object({}), output: z.object({ looked: z.int(), hours: z.number(), reply: z.string() }), annotations: { readOnlyHint: true },
});`,
  );
  writeIn(
    root,
    'tools/patient/steps.ts',
    `import { setTimeout as pause } from 'node:timers/promises';
import { step } from 'holdfast/steps';
export const look = step(async () => { await pause(100); });`,
  );
  writeIn(
    root,
    'tools/patient/workflow.ts',
    `import { job, sleep } from 'holdfast/workflow';
import type * as steps from './steps';
import type { patient as tool } from './tool';
export const patient = job<typeof tool, typeof steps>(async (_input, job) => {
  const began = Date.now();
  let looked = 0;
  for (; looked < 3; looked += 1) {
    await job.steps().look();
    await sleep('1 hour');
  }
  const hours = (Date.now() - began) / 3_600_000;
  const { action: reply } = await job.ask({ message: 'Go on?', schema: { type: 'object', properties: {} } });
  return { looked, hours, reply };
});`,
  );
  writeIn(
    root,
    'tools/patient/checks.ts',
    `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { killWorker, startTool } from 'holdfast/testing';
import { patient } from './tool';
test('waits for hours', async () => {
  const job = await startTool(patient, {});
  await job.pass('90 minutes');
  await killWorker();
  await job.pass('91 minutes');
  assert.equal((await job.result()).status, 'input_required');
  await job.pass('2 hours');
  const { output, text } = await job.result();
  assert.equal(output?.reply, 'expired', text);
  assert.equal(output.looked, 3);
  assert.ok(output.hours >= 3 && output.hours < 3.1, String(output.hours));
  await assert.rejects(job.pass('1 hour'), /has ended/);
});`,
  );
}
