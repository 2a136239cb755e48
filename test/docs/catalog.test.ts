/** The catalogue and the Python worker of docs/catalog.md, together: what the page shows is what runs. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@modelcontextprotocol/client';
import { holdfastFile } from '../../config/holdfast';
import type { Gateway } from '../../gateway/gateway';
import { eventually } from '../fixtures/eventually';
import { pythonWith } from '../fixtures/python';
import { connectV2, dataOf, run, startTestGateway, textOf } from '../fixtures/stack';
import { blocksOf } from './documents';

const PAGE = 'docs/catalog.md';
const REQUIREMENT = /^# pip install (\S+)$/m;

/** The first block of a language on the page. */
function blockOf(language: string): string {
  const block = blocksOf(PAGE).find((found) => found.language === language);
  if (!block) throw new Error(`${PAGE} shows no ${language}.`);
  return block.lines.map(({ text }) => text).join('\n');
}

const [, requirement = ''] = REQUIREMENT.exec(blockOf('python')) ?? [];
const python = pythonWith(requirement) ?? '';
if (python === '')
  console.warn(
    `The Python worker of ${PAGE} is not run: no python3 of 3.10 or newer, or ${requirement} cannot be had.`,
  );

(python === '' ? describe.skip : describe)('the Python worker of the page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-page-'));
  let worker: ChildProcess;
  let gateway: Gateway;
  let mcp: Client;

  beforeAll(async () => {
    writeFileSync(join(folder, 'holdfast.yaml'), blockOf('yaml'));
    writeFileSync(join(folder, 'worker.py'), blockOf('python'));
    const env = { PATH: process.env['PATH'] ?? '', TEMPORAL_ADDRESS: run().address };
    worker = spawn(python, [join(folder, 'worker.py')], { env, stdio: ['ignore', 2, 2] });
    gateway = await startTestGateway({
      catalog: holdfastFile({ HOLDFAST_CONFIG: join(folder, 'holdfast.yaml') }).catalog,
    });
    mcp = await connectV2(gateway.url);
  });

  afterAll(async () => {
    await mcp.close();
    await gateway.stop();
    worker.kill();
    if (worker.exitCode === null) await once(worker, 'exit');
  });

  const call = (name: string, args: Record<string, unknown>) => mcp.callTool({ name, arguments: args });

  test('shows progress, asks, and returns an output that fits its schema', async () => {
    const job = String(dataOf(await call('fulfil_order', { order_id: 7 }))['job_id']);
    await eventually('the question, and how far it is', async () => {
      const state = await call('job_wait', { job_ids: [job], timeout_s: 5 });
      return textOf(state).includes('Is there a coupon?') && JSON.stringify(dataOf(state)).includes('Packing');
    });
    await call('job_respond', { job_id: job, question: 'coupon', action: 'accept', content: { coupon: 'SPRING' } });
    const ended = await call('job_wait', { job_ids: [job], timeout_s: 30 });
    expect(JSON.stringify(dataOf(ended))).toContain('"coupon":"SPRING"');
  });

  test('fails in its own kind and words', async () => {
    const failed = await call('fulfil_order', { order_id: 0 });
    expect(failed).toMatchObject({ structuredContent: { error: { kind: 'invalid_input', side_effect: 'none' } } });
    expect(textOf(failed)).toContain('There is no such order.');
  });
});
