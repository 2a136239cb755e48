/** A tool whose first step waits until a file is there, so that something can happen to a job meanwhile; and its test. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Case } from './cases';
import { commonJs } from './common-js';

const TOOL = `import { defineTool, z } from 'holdfast';
export const slow = defineTool({
  name: 'slow', description: 'Waits for a file.', workflow: 'slow',
  input: z.object({ file: z.string() }), output: z.object({ by: z.string() }), annotations: { readOnlyHint: true },
});
`;

const STEPS = `import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { inThread, step } from 'holdfast/steps';
import { isMainThread } from 'node:worker_threads';
export const hold = step(async ({ file }: { file: string }, { signal }) => {
  while (!existsSync(file)) await pause(50, undefined, { signal });
});
export const signed = inThread(({ by }: { by: string }) => by + (isMainThread ? ', in no thread' : ', in a thread'));
export const sign = step(async (input: { by: string }, { signal }) => ({ by: await signed(input, signal) }));
`;

/** @param by - what its result says. That of \`new\` has another step first, which no job that runs could go on with. */
const workflow = (by: 'old' | 'new'): string => `import { job } from 'holdfast/workflow';
import type * as steps from './steps';
import type { slow as tool } from './tool';

export const slow = job<typeof tool, typeof steps>(async ({ file }, job) => {
  const { hold, sign } = job.steps();
${by === 'new' ? "  await sign({ by: 'an inserted step' });\n" : ''}  await hold({ file });
  return sign({ by: '${by}' });
});
`;

const TEST = `import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { killWorker, startTool } from 'holdfast/testing';
import { slow } from './tool.js';

test('a job survives its worker, killed in mid-step', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'slow-')), 'release');
  const job = await startTool(slow, { file });
  await job.inStep('hold');
  await killWorker();
  writeFileSync(file, '');
  const { status, output, text } = await job.result();
  assert.equal(status, 'done', text);
  assert.equal(output?.by, 'new, in a thread');
});
`;

/** TypeScript as the project of a case has it. */
function inThe({ language, modules }: Case, text: string): string {
  if (language === 'ts') return text;
  const untyped = text
    .replaceAll(/^import type .*\n/gm, '')
    .replaceAll(/: \{ (file|by): string \}/g, '')
    .replaceAll(/<typeof tool, typeof steps>/g, '');
  return modules === 'esm' ? untyped : commonJs(untyped);
}

function write(root: string, kase: Case, files: Readonly<Record<string, string>>): void {
  const folder = join(root, 'tools', 'slow');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(folder, `${name}.${kase.language}`), inThe(kase, text));
}

export const addSlowTool = (root: string, kase: Case): void =>
  write(root, kase, { tool: TOOL, steps: STEPS, workflow: workflow('old'), 'slow.test': TEST });

/** Edits its workflow so that jobs in flight could not be replayed on it. */
export const editSlowTool = (root: string, kase: Case): void => write(root, kase, { workflow: workflow('new') });
